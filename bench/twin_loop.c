/* One queue of callers and a staffing of each hour of the day, written by hand: what bench/twin.py compares with.

   stdin:  days replications seed mean_talk mean_patience threshold (seconds), then 24 lines "rate_per_hour handlers"
   stdout: processor seconds of the simulation, then for every simulated day
           "offered answered abandoned within waited_by_answered waited_by_abandoned"

   Every talk's end and every patience's end is an event at its own time, in one binary heap; the next arrival and the
   next hour are two numbers beside it. A patience that nobody waits for any more is passed over when its time comes.
   Staffing falls by the identity rule: the idle go first, who talks finishes the call and goes; with callers and
   handlers all alike that is "no new call while as many talk as are on duty".
   xoshiro256++ (Blackman & Vigna 2021); exponential variates by ziggurat (Marsaglia & Tsang 2000, 256 layers). */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HOURS = 24, HOUR_S = 3600, EVENTS = 1 << 16, CALLERS = 1 << 16, LAYERS = 256 };

typedef struct { double at; uint32_t caller; } event;
typedef struct { uint64_t offered, answered, abandoned, within; double answered_wait, abandoned_wait; } day;

static const uint32_t A_TALK = UINT32_MAX; /* an event with this caller ends a talk, any other that caller's patience */
static const double GONE = -1.0;

static uint64_t state[4];
static double layer_x[LAYERS + 1], layer_y[LAYERS + 1];
static event heap[EVENTS];
static int events;
static double queued_at[CALLERS]; /* a ring: when each caller joined, or GONE */
static uint32_t head, tail;
static int talking, on_duty;
static double mean_talk, mean_patience, threshold;

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t bits(void) {
  uint64_t const found = rotate(state[0] + state[3], 23) + state[0], shifted = state[1] << 17;
  state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3];
  state[2] ^= shifted; state[3] = rotate(state[3], 45);
  return found;
}

static void seed_with(uint64_t x) { /* splitmix64 */
  for (int i = 0; i < 4; i++) {
    uint64_t z = (x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    state[i] = z ^ (z >> 31);
  }
}

static inline double uniform(void) { return (double)(bits() >> 11) * 0x1.0p-53; }

static void make_layers(void) {
  double const tail_x = 7.69711747013104972, area = 0.0039496598225815571993;
  layer_x[0] = area * exp(tail_x);
  layer_x[1] = tail_x;
  for (int i = 2; i < LAYERS; i++) layer_x[i] = -log(exp(-layer_x[i - 1]) + area / layer_x[i - 1]);
  for (int i = 0; i <= LAYERS; i++) layer_y[i] = exp(-layer_x[i]);
}

static inline double exponential(double mean) {
  double beyond = 0.0;
  for (;;) {
    uint64_t const u = bits();
    int const i = (int)(u & (LAYERS - 1));
    double const x = (double)(u >> 11) * 0x1.0p-53 * layer_x[i];
    if (x < layer_x[i + 1]) return mean * (beyond + x);
    if (i == 0) beyond += layer_x[1];
    else if (layer_y[i] + uniform() * (layer_y[i + 1] - layer_y[i]) < exp(-x)) return mean * (beyond + x);
  }
}

static inline void push(double at, uint32_t caller) {
  if (events == EVENTS) { fputs("more events at once than there is room for\n", stderr); exit(1); }
  int i = events++;
  while (i > 0 && heap[(i - 1) / 2].at > at) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
  heap[i] = (event){at, caller};
}

static inline void drop_first(void) {
  event const last = heap[--events];
  int i = 0;
  for (;;) {
    int child = 2 * i + 1;
    if (child >= events) break;
    if (child + 1 < events && heap[child + 1].at < heap[child].at) child++;
    if (heap[child].at >= last.at) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
}

static inline void answer(double now, double waited, day *today) {
  talking++;
  today->answered++;
  today->within += waited <= threshold;
  today->answered_wait += waited;
  push(now + exponential(mean_talk), A_TALK);
}

static inline void answer_those_who_wait(double now, day *today) {
  while (talking < on_duty && head != tail) {
    double const since = queued_at[head % CALLERS];
    queued_at[head++ % CALLERS] = GONE;
    if (since != GONE) answer(now, now - since, today);
  }
}

static void replicate(int days, double const *rates, int const *handlers, day *each) {
  double hour_ends = 0.0, arrival = INFINITY, mean_gap = INFINITY;
  int hour = 0;
  day *today = each;
  events = 0; head = tail = 0; talking = on_duty = 0;
  for (;;) {
    if (events && heap[0].at < arrival && heap[0].at < hour_ends) {
      event const it = heap[0];
      drop_first();
      if (it.caller == A_TALK) {
        talking--;
        answer_those_who_wait(it.at, today);
      } else if (it.caller - head < tail - head && queued_at[it.caller % CALLERS] != GONE) {
        today->abandoned++;
        today->abandoned_wait += it.at - queued_at[it.caller % CALLERS];
        queued_at[it.caller % CALLERS] = GONE;
      }
    } else if (arrival < hour_ends) {
      double const now = arrival;
      today->offered++;
      if (talking < on_duty) answer(now, 0.0, today);
      else {
        if (tail - head == CALLERS) { fputs("more callers at once than there is room for\n", stderr); exit(1); }
        queued_at[tail % CALLERS] = now;
        push(now + exponential(mean_patience), tail++);
      }
      arrival = now + exponential(mean_gap);
    } else {
      if (hour == days * HOURS) return;
      double const now = hour_ends;
      today = each + hour / HOURS;
      on_duty = handlers[hour % HOURS];
      mean_gap = HOUR_S / rates[hour % HOURS];
      arrival = now + exponential(mean_gap); /* what is left of an exponential is exponential again */
      hour_ends = (double)++hour * HOUR_S;
      answer_those_who_wait(now, today);
    }
  }
}

int main(void) {
  int days, replications, handlers[HOURS];
  uint64_t seed;
  double rates[HOURS];
  if (scanf("%d %d %" SCNu64 " %lf %lf %lf", &days, &replications, &seed, &mean_talk, &mean_patience, &threshold) != 6) return 1;
  for (int h = 0; h < HOURS; h++) if (scanf("%lf %d", &rates[h], &handlers[h]) != 2) return 1;
  day *const all = calloc((size_t)days * (size_t)replications, sizeof *all);
  if (!all) return 1;
  make_layers();
  clock_t const begun = clock();
  for (int r = 0; r < replications; r++) {
    seed_with(seed + (uint64_t)r);
    replicate(days, rates, handlers, all + (size_t)r * (size_t)days);
  }
  printf("%.6f\n", (double)(clock() - begun) / CLOCKS_PER_SEC);
  for (int d = 0; d < days * replications; d++)
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %.6f %.6f\n", all[d].offered, all[d].answered,
           all[d].abandoned, all[d].within, all[d].answered_wait, all[d].abandoned_wait);
  return 0;
}
