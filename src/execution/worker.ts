import workerpool from 'workerpool';
import { replyTo, type Task, type WorkerEvent } from './task.js';

/** Entry of a worker process. Standard output belongs to the parent: whatever is printed here goes to standard error. */
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

// Ctrl-C reaches the whole process group: the parent decides and ends its workers.
process.on('SIGINT', () => {});

const parent = process.ppid;

const emit = (event: WorkerEvent): void => workerpool.workerEmit(event);

workerpool.worker({
  run: (task: Task) => {
    emit({ pid: process.pid });
    return replyTo(task, (report) => {
      // A parent that was killed cannot stop this process, which must not go on writing beside the resumed run.
      if (process.ppid !== parent) process.exit(1);
      emit({ report });
    });
  },
});
