// Real one-dimensional adversarial SGD with B = 1, K steps of penalised ascent and exact normals, as one loop in C++: the
// yardstick of the generated kernel. Reads "runs updates" from standard input, line by line; answers "CPU-seconds checksum".
// The stream goes on from one line to the next, and is that of src/math/fast-stream.ts: the same numbers, so the same sum.
//
//   yardstick TABLES    TABLES: int32 K, int32 0, 4 x int32 words, doubles c, mu, sigma, eta_i, lambda, theta0, rate,
//                       then ends[257] and shares[256] of the ziggurat
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>

struct Stream {
  uint32_t s0, s1, s2, s3;
  uint32_t word() {
    uint32_t sum = s0 + s3;
    uint32_t result = (sum << 7 | sum >> 25) + s0;
    uint32_t t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = s3 << 11 | s3 >> 21;
    return result;
  }
  double uniform() {
    uint32_t a = word(), b = word();
    return ((a >> 5) * 67108864.0 + (b >> 6)) / 9007199254740992.0;
  }
};

static double ends[257], shares[256];

static double density(double x) { return std::exp(-x * x / 2); }

static double tail(Stream& stream) {
  for (;;) {
    double x = -std::log(1 - stream.uniform()) / ends[1];
    double y = -std::log(1 - stream.uniform());
    if (y + y > x * x) return ends[1] + x;
  }
}

// A point that may lie above the density; NaN if it is refused.
static double atEdge(int layer, double u, Stream& stream) {
  if (layer == 0) return u < 0 ? -tail(stream) : tail(stream);
  double x = u * ends[layer], low = density(ends[layer]), high = density(ends[layer + 1]);
  return low + stream.uniform() * (high - low) < density(x) ? x : NAN;
}

static inline double normal(Stream& stream) {
  for (;;) {
    uint32_t a = stream.word(), b = stream.word();
    double u = (((int32_t)a >> 8) * 4294967296.0 + b) * 0x1p-55;
    int layer = a & 255;
    if (u < shares[layer] && -u < shares[layer]) return u * ends[layer];
    double x = atEdge(layer, u, stream);
    if (x == x) return x;
  }
}

struct Model {
  double c, mu, sigma, eta_i, lambda, theta0, rate;
};

// The sum of the last weights of so many runs.
static double iterate(const Model& m, int K, long runs, long updates, Stream& shared) {
  Stream stream = shared;
  const double twice = 2 * m.c, kept = 1 - m.eta_i * m.lambda;
  double sum = 0;
  for (long run = 0; run < runs; run++) {
    double theta = m.theta0;
    for (long n = 0; n < updates; n++) {
      double x = m.mu + m.sigma * normal(stream);
      double delta = 0;
      for (int k = 0; k < K; k++) delta = kept * delta - m.eta_i * (twice * (theta - (x + delta)));
      theta -= m.rate * (twice * (theta - (x + delta)));
    }
    sum += theta;
  }
  shared = stream;
  return sum;
}

static double seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int, char** argv) {
  FILE* file = std::fopen(argv[1], "rb");
  int32_t head[2];
  Stream stream;
  Model model;
  if (!file || std::fread(head, 4, 2, file) != 2 || std::fread(&stream, 4, 4, file) != 4 ||
      std::fread(&model, 8, 7, file) != 7 || std::fread(ends, 8, 257, file) != 257 ||
      std::fread(shares, 8, 256, file) != 256)
    return 1;
  std::fclose(file);
  long runs, updates;
  while (std::scanf("%ld %ld", &runs, &updates) == 2) {
    double began = seconds();
    double checksum = iterate(model, head[0], runs, updates, stream);
    std::printf("%.9f %.17g\n", seconds() - began, checksum);
    std::fflush(stdout);
  }
}
