// The kernels of solvers/kernels in C++, on the same packed rows: what the TypeScript and WebAssembly ones are measured by.
//   yardstick FILE    reads the rows of a problem; then each line "kernel steps" of its input is a run, answered by
//                     "CPU-seconds checksum".
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

namespace {

constexpr double kTieSlack = 1e-13;
constexpr double kRounding = 1e-9;

struct Rows {
  int32_t states, stride, size, lanes;
  int32_t shape[3];
  double rest, sign;
  std::vector<int32_t> start;
  std::vector<double> data;
};

template <class T> std::vector<T> readAll(FILE* file, size_t count) {
  std::vector<T> values(count);
  if (fread(values.data(), sizeof(T), count, file) != count) exit(2);
  return values;
}

Rows readRows(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) exit(2);
  const auto head = readAll<int32_t>(file, 8);
  Rows rows{head[0], head[1], head[2], head[3], {head[4], head[5], head[6]}, 0, 0, {}, {}};
  const auto numbers = readAll<double>(file, 2);
  rows.rest = numbers[0];
  rows.sign = numbers[1];
  rows.start = readAll<int32_t>(file, (rows.size + 2) & ~1);
  rows.data = readAll<double>(file, size_t(rows.start[rows.size]) * rows.stride * rows.lanes);
  fclose(file);
  return rows;
}

struct Line {
  std::vector<double> factor, partial;
  double residual = 0, rawResidual = 0, change = 0, largest = 0;
  int offender = -1;
};

void lineForward(const Rows& rows, const double* __restrict source, const double* __restrict V,
                 double* __restrict control, Line& line) {
  const double* __restrict data = rows.data.data();
  const int32_t* __restrict start = rows.start.data();
  double* __restrict factor = line.factor.data();
  double* __restrict partial = line.partial.data();
  const double rest = rows.rest;
  const int last = rows.size - 1;
  double residual = 0, rawResidual = 0, lastFactor = 0, lastPartial = 0, toLow = 0, here = V[0];
  int offender = -1;
  const double* k = data;
  for (int i = 0; i <= last; ++i) {
    const double above = i < last ? V[i + 1] : here, toHigh = above - here;
    double best = std::numeric_limits<double>::infinity(), v = 0;
    const double* chosen = k;
    for (const double* end = data + 11 * start[i + 1]; k < end; k += 11) {
      const double c0 = k[2] + k[5] * toLow + k[8] * toHigh;
      const double c1 = k[3] + k[6] * toLow + k[9] * toHigh;
      const double c2 = k[4] + k[7] * toLow + k[10] * toHigh;
      if (c0 < best - kTieSlack * std::fabs(c0)) { best = c0; v = 0; chosen = k; }
      if (c1 >= 0 && c2 >= 0) continue;
      double other = k[1];
      const double twice = 2 * c2;
      if (c1 + twice * other > 0 && c2 > 0) other = -c1 / twice;
      const double H = c0 + other * (c1 + other * c2);
      if (H < best - kTieSlack * std::fabs(H)) { best = H; v = other; chosen = k; }
    }
    control[i] = chosen[0] + v;
    const double low = chosen[5] + v * (chosen[6] + v * chosen[7]);
    const double high = chosen[8] + v * (chosen[9] + v * chosen[10]);
    const double missing = best + source[i] - rest * here;
    const double diagonal = rest + low + high;
    if (!(low >= 0 && high >= 0) && offender < 0) {
      const double magnitude = std::fabs(low) + std::fabs(high);
      const double slack = kRounding * (rest + magnitude);
      if (!(low >= -slack && high >= -slack && diagonal >= magnitude - slack)) offender = i;
    }
    const double raw = std::fabs(missing);
    if (raw > rawResidual) rawResidual = raw;
    if (raw > residual * diagonal) residual = raw / diagonal;
    const double pivot = 1 / (diagonal - low * lastFactor);
    lastPartial = (missing + low * lastPartial) * pivot;
    lastFactor = high * pivot;
    factor[i] = lastFactor;
    partial[i] = lastPartial;
    toLow = -toHigh;
    here = above;
  }
  line.residual = residual;
  line.rawResidual = rawResidual;
  line.offender = offender;
}

void lineBackward(Line& line, double* __restrict V, int size) {
  const double* __restrict factor = line.factor.data();
  const double* __restrict partial = line.partial.data();
  double change = 0, largest = 0, value = 0;
  for (int i = size - 1; i >= 0; --i) {
    value = partial[i] + factor[i] * value;
    const double next = V[i] + value, moved = std::fabs(value), most = std::fabs(next);
    if (moved > change) change = moved;
    if (most > largest) largest = most;
    V[i] = next;
  }
  line.change = change;
  line.largest = largest;
}

double marchLine(const Rows& rows, int steps) {
  std::vector<double> V(rows.size), source(rows.size), control(rows.size);
  Line line;
  line.factor.resize(rows.size);
  line.partial.resize(rows.size);
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < rows.size; ++i) source[i] = rows.rest * V[i];
    for (int iteration = 0; iteration < 2; ++iteration) {
      lineForward(rows, source.data(), V.data(), control.data(), line);
      lineBackward(line, V.data(), rows.size);
    }
  }
  double sum = 0;
  for (double value : V) sum += value;
  return sum;
}

}  // namespace

int main(int, char** arguments) {
  const Rows rows = readRows(arguments[1]);
  char name[32];
  int steps;
  while (scanf("%31s %d", name, &steps) == 2) {
    const clock_t from = clock();
    double sum = NAN;
    if (!strcmp(name, "line")) sum = marchLine(rows, steps);
    printf("%.9g %.17g\n", double(clock() - from) / CLOCKS_PER_SEC, sum);
    fflush(stdout);
  }
}
