/*
 * The protocol of pods, broker and Job controller, from the moment when the queue is filled. See README.md beside this file.
 * A comment with a file and a name says which step of lib/programs it stands for.
 */

/* ---- The size of the model. ---- */

#ifndef ITEMS
#define ITEMS 2 /* at most 3 */
#endif
#ifndef SLOTS
#define SLOTS 2 /* the Job's parallelism: 2 or 3 */
#endif
#ifndef PER_POD
#define PER_POD 1 /* itemsPerPod */
#endif
#ifndef COPIES
#define COPIES 0 /* how many requeues there may be: at most 2 */
#endif
#ifndef TROUBLES
#define TROUBLES 1 /* how many crashes, lost connections and requests to leave there may be */
#endif
#ifndef TOLERATED
#define TOLERATED 0 /* toleratedDeadLetters */
#endif
#ifndef BACKOFF
#define BACKOFF TROUBLES /* backoffLimit */
#endif
#define COMPLETIONS ((ITEMS + PER_POD - 1) / PER_POD) /* coarse-worker-job.ts: completions */

/* ---- The properties. Each is true until it is violated; the checker prints the name of the one that is. ---- */

bool complete_means_settled = true;    /* Complete: every item is done or a dead letter */
bool complete_means_tolerated = true;  /* Complete: no more undone items than are tolerated */
bool failed_means_dead_letters = true; /* exit 20: more dead letters than are tolerated, and every item is settled */
bool counted_once = true;              /* no item counts towards the exit of two pods */
bool seen_means_settled = true;        /* a pod that sees "settled": every item is done or a dead letter */
bool failed_means_undone = true;       /* exit 20: more undone items than are tolerated. It does not hold: see README.md */

#ifdef ONLY /* the property to check: to see what a broken step does to the Job, not only where it begins */
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

/* ---- What is true, whoever knows it. ---- */

bool done[3];    /* the program has ended with 0 on it */
byte counted[3]; /* how many pods have counted it */
bool complete, failed;
#define ended (complete || failed)

#define dead(i) (letter[i] != absent)
#define undone(i) (i < ITEMS && !done[i])
#define unsettled(i) (undone(i) && !dead(i))
#define all_settled (!unsettled(0) && !unsettled(1) && !unsettled(2))
#define dead_letters (dead(0) + dead(1) + dead(2))
#define undone_items (undone(0) + undone(1) + undone(2))

#include "broker.pml"
#include "job.pml"
#include "pod.pml"

init {
  byte n;
  atomic {
    for (n : 0 .. ITEMS - 1) { state[n] = ready; item[n] = n }
    ready_count = ITEMS;
    for (n : 0 .. SLOTS - 1) { run pod(n) }
    run broker();
    run trouble();
#ifdef LIVENESS
    run calming();
#endif
    n = 0
  }
}

#ifdef LIVENESS
ltl always_ends { [] (calm -> <> ended) }
#endif
