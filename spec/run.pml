/*
 * A run is settled when each item has a record in <queue>.ledger. Pods, broker and Job controller, from the moment when the queue
 * is filled. See README.md beside this file. A comment with a file and a name says which step of the code it stands for.
 *
 * The broker is the weakest that there is: it serves its consumers in any order, returns items late and in any order, and an
 * item may be on the wire to whoever closes. There is nothing to switch off.
 */

/* ---- The size of the model. ---- */

#ifndef ITEMS
#define ITEMS 2 /* at most 3 */
#endif
#ifndef SLOTS
#define SLOTS 2 /* the Job's parallelism, at most 3; of a pool, its size */
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
#ifndef LOSSES
#define LOSSES 0 /* how often the broker loses something that it had confirmed */
#endif
#ifndef RESTORES
#define RESTORES 0 /* how often its volume, or a part of it, is replaced by an older copy */
#endif
#ifndef DROPS
#define DROPS 0 /* how many items the broker itself dead-letters: delivery limit, expiry */
#endif
#ifndef OVERRUNS
#define OVERRUNS 0 /* how often an item may be on its way for longer than a claim takes */
#endif
#ifndef TOLERATED
#define TOLERATED 0 /* toleratedDeadLetters */
#endif
#ifndef BACKOFF
#define BACKOFF (TROUBLES + 1) /* backoffLimit */
#endif
#ifdef POOL
#define COMPLETIONS SLOTS
#else
#define COMPLETIONS ((ITEMS + PER_POD - 1) / PER_POD) /* coarse-worker-job.ts: completionsOf */
#endif

/* ---- The properties. Each is true until it is violated; the checker prints the name of the one that is. ---- */

bool complete_means_settled = true;   /* Complete: every item is done or a dead letter */
bool complete_means_tolerated = true; /* Complete: no more undone items than are tolerated */
bool mark_means_settled = true;       /* a mark is left: every item is done or a dead letter */
bool one_verdict = true;              /* all marks of a run say the same */
bool record_is_true = true;           /* a record is written: the item is done, or has a dead letter */
bool failed_means_dead_letters = true; /* exit 20: every item is settled, and more than are tolerated have a dead letter */
bool failed_means_undone = true;      /* exit 20: more undone items than are tolerated. It does not hold: see README.md */
bool no_false_loss = true;            /* exit 21: the broker has lost something */
bool no_run_after_record = true;      /* no item runs that had a record when it was delivered */
bool runs_are_bounded = true;         /* no more runs of an item than its first one and one for each lost delivery */
bool counted_means_done = true;       /* no item counts towards the exit of a pod unless it is done */
bool counted_once = true;             /* no item counts towards the exit of two pods */
bool no_pod_in_vain = true;           /* a pod that starts after the mark ends by it, and takes no item */
/* What must hold whatever the broker loses or brings back. */
#define safe (complete_means_settled && complete_means_tolerated && mark_means_settled && record_is_true && counted_means_done)

#ifdef ONLY /* the property to check: to see what a broken step does to the Job, not only where it begins */
#define check(property, value) property = (value); assert(ONLY)
#else
#define check(property, value) property = (value); assert(property)
#endif

/* ---- What is true, whoever knows it. ---- */

bool done[3];     /* the program has ended with 0 on it */
bool lettered[3]; /* a dead letter of it was confirmed, or written by the broker */
bool complete, failed;
bool losing;      /* the broker has lost a message, a record or a queue */
#define ended (complete || failed)
#define disturbed (losses < LOSSES || restores < RESTORES)

#define undone(i) (i < ITEMS && !done[i])
#define unsettled(i) (undone(i) && !lettered[i])
#define all_settled (!unsettled(0) && !unsettled(1) && !unsettled(2))
#define undone_items (undone(0) + undone(1) + undone(2))

#include "broker.pml"
#include "job.pml"
#include "pod.pml"

init {
  byte n;
  atomic {
    for (n : 0 .. ITEMS - 1) { state[n] = ready; item[n] = n; runs_left[n] = 1 }
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
