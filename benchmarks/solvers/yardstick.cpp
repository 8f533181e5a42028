// The kernels of solvers/kernels in C++, on the same packed rows: what the TypeScript and WebAssembly ones are measured by.
//   yardstick FILE    reads the rows of a problem; then each number of steps on its input is a run, answered by
//                     "CPU-seconds checksum".
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <vector>

namespace {

constexpr double kTie = 1e-13;
constexpr double kNegativeWeight = 1e-9;

// Places in a piece, and its sizes, as in solvers/kernels/row-pieces.ts.
enum { kFrom, kWidth, kGiven0, kGiven1, kGiven2, kLow0, kHigh0, kLow1, kHigh1, kLow2, kHigh2 };
constexpr int kHead = 5, kAxis = 6, kSecond = kAxis, kThird = 2 * kAxis;
// Of a piece of one state.
constexpr int kPiece = kHead + kAxis;

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

// Numbers that begin each at another place of a page, as those of solvers/kernels/wasm/memory.ts do: else arrays of 2^k
// numbers compete for the same lines of the cache.
class Array {
 public:
  void resize(size_t size) {
    static size_t count = 0;
    const size_t skew = count++ % 64 * 5 * 8;
    storage_.assign(size + skew, 0);
    at_ = storage_.data() + skew;
    size_ = size;
  }
  double* data() { return at_; }
  double* begin() { return at_; }
  double* end() { return at_ + size_; }
  double& operator[](size_t i) { return at_[i]; }

 private:
  std::vector<double> storage_;
  double* at_ = nullptr;
  size_t size_ = 0;
};

struct Line {
  Array elimination;
  double residual = 0, rawResidual = 0, change = 0, largest = 0;
  int offender = -1;
};

void lineForward(const Rows& rows, const double* __restrict source, const double* __restrict V,
                 double* __restrict control, Line& line) {
  const double* __restrict data = rows.data.data();
  const int32_t* __restrict start = rows.start.data();
  double* __restrict elimination = line.elimination.data();
  const double rest = rows.rest;
  const int last = rows.size - 1;
  double residual = 0, rawResidual = 0, lastFactor = 0, lastPartial = 0, toLow = 0, here = V[0];
  int offender = -1;
  const double* k = data;
  for (int i = 0; i <= last; ++i) {
    const double above = i < last ? V[i + 1] : here, toHigh = above - here;
    double best = std::numeric_limits<double>::infinity(), v = 0;
    const double* chosen = k;
    const double* end = data + kPiece * start[i + 1];
    do {
      const double c0 = k[kGiven0] + k[kLow0] * toLow + k[kHigh0] * toHigh;
      const double c1 = k[kGiven1] + k[kLow1] * toLow + k[kHigh1] * toHigh;
      const double c2 = k[kGiven2] + k[kLow2] * toLow + k[kHigh2] * toHigh;
      if (c0 < best - kTie * std::fabs(c0)) { best = c0; v = 0; chosen = k; }
      if (c1 < 0 || c2 < 0) {
        double other = k[kWidth];
        const double twice = 2 * c2;
        if (c1 + twice * other > 0 && c2 > 0) other = -c1 / twice;
        const double H = c0 + other * (c1 + other * c2);
        if (H < best - kTie * std::fabs(H)) { best = H; v = other; chosen = k; }
      }
      k += kPiece;
    } while (k < end);
    control[i] = chosen[kFrom] + v;
    const double low = chosen[kLow0] + v * (chosen[kLow1] + v * chosen[kLow2]);
    const double high = chosen[kHigh0] + v * (chosen[kHigh1] + v * chosen[kHigh2]);
    const double missing = best + source[i] - rest * here;
    const double diagonal = rest + low + high;
    if ((low < 0 || high < 0) && offender < 0) {
      const double magnitude = std::fabs(low) + std::fabs(high);
      const double slack = kNegativeWeight * (rest + magnitude);
      if (!(low >= -slack && high >= -slack && diagonal >= magnitude - slack)) offender = i;
    }
    const double raw = std::fabs(missing);
    if (raw > rawResidual) rawResidual = raw;
    if (raw > residual * diagonal) residual = raw / diagonal;
    const double pivot = 1 / (diagonal - low * lastFactor);
    lastPartial = (missing + low * lastPartial) * pivot;
    lastFactor = high * pivot;
    elimination[2 * i] = lastFactor;
    elimination[2 * i + 1] = lastPartial;
    toLow = -toHigh;
    here = above;
  }
  line.residual = residual;
  line.rawResidual = rawResidual;
  line.offender = offender;
}

void lineBackward(Line& line, double* __restrict V, int size) {
  const double* __restrict elimination = line.elimination.data();
  double change = 0, largest = 0, value = 0;
  for (int i = size - 1; i >= 0; --i) {
    value = elimination[2 * i + 1] + elimination[2 * i] * value;
    const double next = V[i] + value, moved = std::fabs(value), most = std::fabs(next);
    if (moved > change) change = moved;
    if (most > largest) largest = most;
    V[i] = next;
  }
  line.change = change;
  line.largest = largest;
}

double sumOf(Array& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum;
}

double marchLine(const Rows& rows, int steps) {
  Array V, source, control;
  for (auto* list : {&V, &source, &control}) list->resize(rows.size);
  Line line;
  line.elimination.resize(2 * size_t(rows.size));
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < rows.size; ++i) source[i] = rows.rest * V[i];
    for (int iteration = 0; iteration < 2; ++iteration) {
      lineForward(rows, source.data(), V.data(), control.data(), line);
      lineBackward(line, V.data(), rows.size);
    }
  }
  return sumOf(V);
}

// Eight problems, every number eight times side by side; loops over the lanes are the compiler's to vectorize.
constexpr int kLanes = 8;

struct Batch {
  Array V, source, control, factor, partial;
  double residual[kLanes], rawResidual[kLanes], change[kLanes], largest[kLanes];
};

void batchForward(const Rows& rows, Batch& batch) {
  const double* __restrict data = rows.data.data();
  const double* __restrict V = batch.V.data();
  const double* __restrict source = batch.source.data();
  double* __restrict control = batch.control.data();
  double* __restrict factor = batch.factor.data();
  double* __restrict partial = batch.partial.data();
  const double rest = rows.rest;
  const int last = rows.size - 1;
  alignas(64) double lastFactor[kLanes] = {}, lastPartial[kLanes] = {}, residual[kLanes] = {}, rawResidual[kLanes] = {};
  const double* first = data;
  for (int i = 0; i <= last; ++i) {
    const double* end = data + size_t(kPiece) * kLanes * rows.start[i + 1];
    const double* here = V + size_t(i) * kLanes;
    alignas(64) double toLow[kLanes], toHigh[kLanes], best[kLanes], u[kLanes], low[kLanes], high[kLanes];
    for (int c = 0; c < kLanes; ++c) {
      toLow[c] = i > 0 ? here[c - kLanes] - here[c] : 0;
      toHigh[c] = i < last ? here[c + kLanes] - here[c] : 0;
      best[c] = std::numeric_limits<double>::infinity();
      u[c] = low[c] = high[c] = 0;
    }
    for (const double* k = first; k < end; k += kPiece * kLanes) {
      for (int c = 0; c < kLanes; ++c) {
        const auto at = [&](int field) { return k[field * kLanes + c]; };
        const double c0 = at(kGiven0) + at(kLow0) * toLow[c] + at(kHigh0) * toHigh[c];
        const double c1 = at(kGiven1) + at(kLow1) * toLow[c] + at(kHigh1) * toHigh[c];
        const double c2 = at(kGiven2) + at(kLow2) * toLow[c] + at(kHigh2) * toHigh[c];
        const bool isFrom = c0 < best[c] - kTie * std::fabs(c0);
        const double before = isFrom ? c0 : best[c];
        const double width = at(kWidth), twice = 2 * c2;
        const bool isInside = (c2 > 0) & (c1 + twice * width > 0);
        const double vertex = -c1 / twice;
        const double other = isInside ? vertex : width;
        const double H = c0 + other * (c1 + other * c2);
        const bool isOther = (H < before - kTie * std::fabs(H)) & !((c1 >= 0) & (c2 >= 0));
        best[c] = isOther ? H : before;
        const bool isTaken = isFrom | isOther;
        const double v = isOther ? other : 0;
        const double l = at(kLow0) + v * (at(kLow1) + v * at(kLow2)), h = at(kHigh0) + v * (at(kHigh1) + v * at(kHigh2));
        u[c] = isTaken ? at(kFrom) + v : u[c];
        low[c] = isTaken ? l : low[c];
        high[c] = isTaken ? h : high[c];
      }
    }
    for (int c = 0; c < kLanes; ++c) {
      const size_t o = size_t(i) * kLanes + c;
      control[o] = u[c];
      const double diagonal = rest + low[c] + high[c];
      const double missing = best[c] + source[o] - rest * here[c];
      const double raw = std::fabs(missing), relative = raw / diagonal;
      rawResidual[c] = raw > rawResidual[c] ? raw : rawResidual[c];
      residual[c] = relative > residual[c] ? relative : residual[c];
      const double pivot = 1 / (diagonal - low[c] * lastFactor[c]);
      lastPartial[c] = (missing + low[c] * lastPartial[c]) * pivot;
      lastFactor[c] = high[c] * pivot;
      factor[o] = lastFactor[c];
      partial[o] = lastPartial[c];
    }
    first = end;
  }
  memcpy(batch.residual, residual, sizeof residual);
  memcpy(batch.rawResidual, rawResidual, sizeof rawResidual);
}

void batchBackward(Batch& batch, int size) {
  double* __restrict V = batch.V.data();
  const double* __restrict factor = batch.factor.data();
  const double* __restrict partial = batch.partial.data();
  alignas(64) double correction[kLanes] = {}, change[kLanes] = {}, largest[kLanes] = {};
  for (int i = size - 1; i >= 0; --i) {
    for (int c = 0; c < kLanes; ++c) {
      const size_t o = size_t(i) * kLanes + c;
      correction[c] = partial[o] + factor[o] * correction[c];
      const double next = V[o] + correction[c], moved = std::fabs(correction[c]), most = std::fabs(next);
      change[c] = moved > change[c] ? moved : change[c];
      largest[c] = most > largest[c] ? most : largest[c];
      V[o] = next;
    }
  }
  memcpy(batch.change, change, sizeof change);
  memcpy(batch.largest, largest, sizeof largest);
}

double marchBatch(const Rows& rows, int steps) {
  const size_t size = size_t(rows.size) * kLanes;
  Batch batch;
  for (auto* list : {&batch.V, &batch.source, &batch.control, &batch.factor, &batch.partial}) list->resize(size);
  for (int step = 0; step < steps; ++step) {
    for (size_t i = 0; i < size; ++i) batch.source[i] = rows.rest * batch.V[i];
    for (int iteration = 0; iteration < 2; ++iteration) {
      batchForward(rows, batch);
      batchBackward(batch, rows.size);
    }
  }
  return sumOf(batch.V);
}

struct Grid {
  int states, shape[3], strides[3], size;
  double rest, residual = 0, rawResidual = 0, stiffness = 0, change = 0, largest = 0;
  int offender = -1;
  Array V, source, control, own, missing, correction, elimination, weights[6];
};

int wayTo(int j, int side, int length) { return (side == 1 ? j == length - 1 : j == 0) ? 0 : side; }

template <bool kThree> void gridForward(const Rows& rows, Grid& grid) {
  const double* __restrict data = rows.data.data();
  const int32_t* __restrict start = rows.start.data();
  const double* __restrict V = grid.V.data();
  const double* __restrict source = grid.source.data();
  double* __restrict control = grid.control.data();
  double* __restrict own = grid.own.data();
  double* __restrict missingAt = grid.missing.data();
  double* __restrict w[6];
  for (int s = 0; s < 6; ++s) w[s] = grid.weights[s].data();
  const int stride = rows.stride, length = grid.shape[grid.states - 1], middle = kThree ? grid.shape[1] : 1;
  const int lines = grid.size / length;
  const double rest = grid.rest, inverse = 1 / rest;
  double residual = 0, rawResidual = 0, stiffness = 0;
  int offender = -1;
  const double* k = data;
  for (int line = 0; line < lines; ++line) {
    const int j0 = kThree ? line / middle : line, j1 = kThree ? line % middle : 0;
    const int below0 = wayTo(j0, -1, grid.shape[0]) * grid.strides[0], above0 = wayTo(j0, 1, grid.shape[0]) * grid.strides[0];
    const int below1 = kThree ? wayTo(j1, -1, middle) * grid.strides[1] : 0;
    const int above1 = kThree ? wayTo(j1, 1, middle) * grid.strides[1] : 0;
    for (int j = 0; j < length; ++j) {
      const int i = line * length + j;
      const double here = V[i];
      const int low = j > 0 ? i - 1 : i, high = j < length - 1 ? i + 1 : i;
      const double d0 = V[i + below0] - here, d1 = V[i + above0] - here;
      const double d2 = V[kThree ? i + below1 : low] - here, d3 = V[kThree ? i + above1 : high] - here;
      const double d4 = V[low] - here, d5 = V[high] - here;
      double best = std::numeric_limits<double>::infinity(), v = 0;
      const double* row = k;
      const double* end = data + size_t(stride) * start[i + 1];
      do {
        double low0 = k[kLow0] * d0 + k[kSecond + kLow0] * d2, high0 = k[kHigh0] * d1 + k[kSecond + kHigh0] * d3;
        double low1 = k[kLow1] * d0 + k[kSecond + kLow1] * d2, high1 = k[kHigh1] * d1 + k[kSecond + kHigh1] * d3;
        double low2 = k[kLow2] * d0 + k[kSecond + kLow2] * d2, high2 = k[kHigh2] * d1 + k[kSecond + kHigh2] * d3;
        if (kThree) {
          low0 += k[kThird + kLow0] * d4, high0 += k[kThird + kHigh0] * d5;
          low1 += k[kThird + kLow1] * d4, high1 += k[kThird + kHigh1] * d5;
          low2 += k[kThird + kLow2] * d4, high2 += k[kThird + kHigh2] * d5;
        }
        const double c0 = k[kGiven0] + low0 + high0, c1 = k[kGiven1] + low1 + high1, c2 = k[kGiven2] + low2 + high2;
        if (c0 < best - kTie * std::fabs(c0)) { best = c0; v = 0; row = k; }
        if (c1 < 0 || c2 < 0) {
          double other = k[kWidth];
          const double twice = 2 * c2;
          if (c2 > 0 && c1 + twice * other > 0) other = -c1 / twice;
          const double H = c0 + other * (c1 + other * c2);
          if (H < best - kTie * std::fabs(H)) { best = H; v = other; row = k; }
        }
        k += stride;
      } while (k < end);
      control[i] = row[kFrom] + v;
      double sum = 0;
      bool isNegative = false;
      for (int s = 0; s < (kThree ? 6 : 4); ++s) {
        const double* c = row + kLow0 + kAxis * (s / 2) + s % 2;
        const double weight = c[0] + v * (c[kLow1 - kLow0] + v * c[kLow2 - kLow0]);
        w[s][i] = weight;
        sum += weight;
        isNegative |= weight < 0;
      }
      own[i] = rest;
      const double raw = best + source[i] - rest * here;
      missingAt[i] = raw * inverse;
      if (sum > stiffness) stiffness = sum;
      const double diagonal = rest + sum;
      if (isNegative && offender < 0) offender = i;
      const double size = std::fabs(raw);
      if (size > rawResidual) rawResidual = size;
      if (size > residual * diagonal) residual = size / diagonal;
    }
  }
  grid.residual = residual;
  grid.rawResidual = rawResidual;
  grid.stiffness = stiffness;
  grid.offender = offender;
}

constexpr int kTile = 64;

void sweepAcross(Grid& grid, int axis, double* __restrict y, double shift) {
  const double* __restrict low = grid.weights[2 * axis].data();
  const double* __restrict high = grid.weights[2 * axis + 1].data();
  const double* __restrict own = grid.own.data();
  double* __restrict f = grid.elimination.data();
  const int stride = grid.strides[axis], length = grid.shape[axis], across = (stride + kTile - 1) / kTile;
  const int tiles = grid.size / (length * stride) * across;
  for (int tile = 0; tile < tiles; ++tile) {
    const int left = (tile % across) * kTile, width = stride - left < kTile ? stride - left : kTile;
    const int begin = (tile / across) * stride * length + left;
    for (int i = begin; i < begin + width; ++i) {
      const double o = shift * own[i], pivot = 1 / (o + low[i] + high[i]);
      f[i] = high[i] * pivot;
      y[i] = o * y[i] * pivot;
    }
    for (int j = 1; j < length; ++j) {
      const int at = begin + j * stride;
      double* __restrict fNow = f + at;
      const double* __restrict fBefore = f + at - stride;
      double* __restrict yNow = y + at;
      const double* __restrict yBefore = y + at - stride;
      for (int c = 0; c < width; ++c) {
        const double o = shift * own[at + c], l = low[at + c], h = high[at + c];
        const double pivot = 1 / (o + l + h - l * fBefore[c]);
        fNow[c] = h * pivot;
        yNow[c] = (o * yNow[c] + l * yBefore[c]) * pivot;
      }
    }
    for (int j = length - 2; j >= 0; --j) {
      const int at = begin + j * stride;
      double* __restrict yNow = y + at;
      const double* __restrict yAfter = y + at + stride;
      for (int c = 0; c < width; ++c) yNow[c] += f[at + c] * yAfter[c];
    }
  }
}

void sweepAlong(Grid& grid, int axis, double* __restrict y, double shift) {
  const double* __restrict low = grid.weights[2 * axis].data();
  const double* __restrict high = grid.weights[2 * axis + 1].data();
  const double* __restrict own = grid.own.data();
  double* __restrict f = grid.elimination.data();
  const int length = grid.shape[axis], lines = grid.size / length;
  for (int line = 0; line < lines; line += 2) {
    const int begin = line * length, to = begin + length, apart = line + 1 < lines ? length : 0;
    double f0 = 0, f1 = 0, y0 = 0, y1 = 0;
    for (int i = begin, k = begin + apart; i < to; ++i, ++k) {
      const double o0 = shift * own[i], o1 = shift * own[k], h0 = high[i], h1 = high[k], l0 = low[i], l1 = low[k];
      const double s0 = i == begin ? 0 : l0, s1 = i == begin ? 0 : l1;
      const double p0 = 1 / (o0 + l0 + h0 - s0 * f0), p1 = 1 / (o1 + l1 + h1 - s1 * f1);
      f0 = h0 * p0;
      f1 = h1 * p1;
      y0 = (o0 * y[i] + s0 * y0) * p0;
      y1 = (o1 * y[k] + s1 * y1) * p1;
      f[i] = f0;
      y[i] = y0;
      if (apart > 0) {
        f[k] = f1;
        y[k] = y1;
      }
    }
    for (int i = to - 2; i >= begin; --i) y[i] += f[i] * y[i + 1];
    if (apart > 0) for (int i = to + length - 2; i >= to; --i) y[i] += f[i] * y[i + 1];
  }
}

void gridAdd(Grid& grid) {
  double* __restrict V = grid.V.data();
  const double* __restrict correction = grid.correction.data();
  double change = 0, largest = 0, sum = 0;
  for (int i = 0; i < grid.size; ++i) {
    const double value = V[i] + correction[i], moved = std::fabs(correction[i]), size = std::fabs(value);
    if (moved > change) change = moved;
    if (size > largest) largest = size;
    sum += value - value;
    V[i] = value;
  }
  grid.change = change + sum;
  grid.largest = largest + sum;
}

double marchGrid(const Rows& rows, int steps) {
  Grid grid;
  grid.states = rows.states;
  grid.size = rows.size;
  grid.rest = rows.rest;
  for (int a = 0, stride = rows.size; a < rows.states; ++a) {
    grid.shape[a] = rows.shape[a];
    grid.strides[a] = stride /= rows.shape[a];
  }
  for (auto* list : {&grid.V, &grid.source, &grid.control, &grid.own, &grid.missing, &grid.correction, &grid.elimination}) {
    list->resize(rows.size);
  }
  for (auto& list : grid.weights) list.resize(rows.size);
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < grid.size; ++i) grid.source[i] = grid.rest * grid.V[i];
    for (int iteration = 0; iteration < 2; ++iteration) {
      if (grid.states == 3) gridForward<true>(rows, grid);
      else gridForward<false>(rows, grid);
      memcpy(grid.correction.data(), grid.missing.data(), sizeof(double) * grid.size);
      for (int a = 0; a < grid.states; ++a) {
        if (grid.strides[a] == 1) sweepAlong(grid, a, grid.correction.data(), 1);
        else sweepAcross(grid, a, grid.correction.data(), 1);
      }
      gridAdd(grid);
    }
  }
  return sumOf(grid.V);
}

}  // namespace

int main(int, char** arguments) {
  const Rows rows = readRows(arguments[1]);
  int steps;
  while (scanf("%d", &steps) == 1) {
    const clock_t from = clock();
    const double sum = rows.lanes == kLanes ? marchBatch(rows, steps) : rows.states == 1 ? marchLine(rows, steps) : marchGrid(rows, steps);
    printf("%.9g %.17g\n", double(clock() - from) / CLOCKS_PER_SEC, sum);
    fflush(stdout);
  }
}
