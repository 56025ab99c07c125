/*
 * A pod, and the pod that takes its place. Switches break single steps, one at a time:
 *
 *   EARLY_ACK            an item is acked before the record of it is confirmed
 *   EARLY_COUNT          and counts before its program has ended
 *   RECORD_FIRST         a dead item's record is confirmed before its dead letter
 *   NO_MARK_LOCK         the mark is left without the lock
 *   MARK_ELSEWHERE       the mark is sent over another connection than the one that has the lock
 *   COUNT_RECORDS        as many records as there are items are taken for settled, whosever they are
 *   PART_OF_LEDGER       with nothing ready and no consumer, the records that are there are taken for all
 *   NO_ASK               the ledger is not asked for items that were delivered before
 *   NO_RECONCILE         dead letters without a record are not looked for
 *   HASTY_CLAIM          items are called lost without being the only consumer for a while
 *   ONE_CLAIM            and by the first pod that says so
 *   LETTERS_UNSEEN       and while another client may hold dead letters
 *   EVERY_INDEX_COUNTS   the last index may end by its count too, as a Job without indexes
 *   MARK_LAST            a pod looks for the mark only when it finds no item
 *   COUNT_REDELIVERED    items that were delivered before count
 *   COUNT_COPIES         copies of requeued items count
 *
 * A comment with a file and a name says which step of lib/programs it stands for.
 */

#ifdef POOL /* tally.ts: endsByCount */
#define may_count false
#else
#ifdef EVERY_INDEX_COUNTS
#define may_count true
#else
#define may_count (!last)
#endif
#endif

#ifdef COUNT_RECORDS
#define is(i, what) ((record[i] & what) > 0)
#define read_all (is(0, DONE) + is(0, DEAD) + is(1, DONE) + is(1, DEAD) + is(2, DONE) + is(2, DEAD) >= ITEMS)
#else
#ifdef PART_OF_LEDGER
#define read_all (all_recorded || (!any_ready && !any_consumer))
#else
#define read_all all_recorded
#endif
#endif

#ifdef NO_MARK_LOCK
#define lock_free true
#define locked true
#else
#define lock_free (lock == 0)
#define locked (lock == me + 1)
#endif

#ifdef NO_ASK /* also what a courier does over a broker without streams */
#define known false
#else
#define known (again[holds[me] - 1] && record[work] > 0)
#endif

#ifdef COUNT_REDELIVERED
#define is_counted(i) (true || again[i])
#else
#define is_counted(i) (!again[i]) /* message.ts: isFirstDelivery */
#endif

#ifdef COUNT_COPIES
#define copy_is_again false
#else
#define copy_is_again true
#endif

#ifdef LETTERS_UNSEEN
#define letters_visible true
#else
#define letters_visible (!letters_held)
#endif
#define unrecorded(i) (!letters_held && letter[i] && record[i] == 0)
#define any_unrecorded (unrecorded(0) || unrecorded(1) || unrecorded(2))

#ifdef NO_RECONCILE
#define letters_seen true
#else
#define letters_seen (letters_visible && !any_unrecorded)
#endif

#define is_back (!any_returning || overruns > 0) /* lost-items.ts: WATCH_MS is longer than an item may be on its way */

inline receive(i) { take(i, me); goto got }

inline count_it() {
  counts = false;
  count++;
  check(counted_means_done, done[work]);
#ifdef ONLY
  counted[work]++;
  check(counted_once, counted[work] == 1)
#endif
}

inline ack() {
  if
  :: holds[me] > 0 -> state[holds[me] - 1] = acked; holds[me] = 0
  :: else
  fi
}

proctype pod(byte me) {
  byte count, work, seen;
  mtype:ending code = undecided;
  bool counts, leaving, last, late;

end_start:
  {
    atomic {
      !ended && wanted ->
      if
      :: others_wanted -> running++
      :: else -> last_runs = true; last = true
      fi;
      alive[me] = true;
      late = mark > 0
    };

session: /* reconnect.ts: overSessions, courier.ts: workOverSession, item-processor.ts: processItems */
    atomic {
      cut[me] = false;
      if
#ifndef MARK_LAST
      :: sees_mark -> seen = mark; goto over /* end-of-run.ts: byMark */
#endif
      :: work_deleted || ledger_deleted -> code = try_again; goto exit /* deleted-queues.ts: findDeletedQueues */
#ifdef MARK_LAST
      :: !work_deleted && !ledger_deleted -> begin_consume(me)
#else
      :: !sees_mark && !work_deleted && !ledger_deleted -> begin_consume(me)
#endif
      fi
    };

next_item: /* item-source.ts: listen, consumer.ts: next. A pod that has done its part comes here by way of idle, which is the same */
    atomic {
      if
      :: cut[me] || work_deleted -> end_consume(me); goto session
      :: !cut[me] && is_ready(0) -> receive(0)
      :: !cut[me] && is_ready(1) -> receive(1)
      :: !cut[me] && is_ready(2) -> receive(2)
#if MESSAGES > 3
      :: !cut[me] && is_ready(3) -> receive(3)
#endif
#if MESSAGES > 4
      :: !cut[me] && is_ready(4) -> receive(4)
#endif
      :: !cut[me] && !work_deleted && (!calm || !any_ready) -> end_consume(me)
      fi
    };

idle: /* item-source.ts: idle. Looks that see what the last one saw are not made */
    atomic {
      if
      :: !cut[me] && sees_mark -> seen = mark; goto over /* settled-mark.ts: isMarked */
      :: cut[me] || work_deleted || ledger_deleted -> goto session
      :: !cut[me] && !sees_mark && any_ready -> begin_consume(me); goto next_item
      :: !cut[me] && !sees_mark && lock_free && read_all -> lock = me + 1; goto settled /* end-of-run.ts: find */
      :: !cut[me] && !sees_mark && lock_free && !read_all && !any_ready && !any_consumer -> lock = me + 1; goto missing
      :: troubles > 0 -> troubles--; code = ignored; goto exit /* asked to leave, or too old. pod-age.ts: isTooOld */
      fi
    };

settled: /* with the lock, the ledger is read; what is read cannot become untrue. settled-mark.ts: readMark, ledger.ts: readOn */
    atomic {
      if
      :: !read_all || (sees_mark && locked) -> lock = 0; goto idle
      :: else -> seen = 1 + dead_items_read
      fi
    };
#ifdef MARK_ELSEWHERE
    atomic {
#else
    atomic {
      if
      :: cut[me] -> seen = 0; goto session
      :: else
      fi;
#endif
      check(mark_means_settled, all_settled);
      check(one_verdict, mark == 0 || mark == seen);
      mark = (mark == 0 -> seen : mark); /* settled-mark.ts: leaveMark. If there are two, others read the first one */
      lock = (locked -> 0 : lock);
      goto over
    };

missing: /* lost-items.ts: readAll. What the broker dead-lettered has no record yet */
#ifndef NO_RECONCILE
    atomic {
      if
      :: cut[me] -> goto session
      :: !cut[me] && unrecorded(0) -> write(0, DEAD); goto missing
      :: !cut[me] && unrecorded(1) -> write(1, DEAD); goto missing
#if ITEMS > 2
      :: !cut[me] && unrecorded(2) -> write(2, DEAD); goto missing
#endif
      :: !cut[me] && !any_unrecorded && letters_visible -> skip
      fi
    };
#endif
    atomic {
      if
      :: cut[me] || ledger_deleted || work_deleted -> goto session
      :: else -> begin_consume(me); /* lost-items.ts: watch */
         alone[me] = !any_ready && consumes[0] + (SLOTS > 1 && consumes[1]) + (SLOTS > 2 && consumes[SLOTS - 1]) == 1
      fi
    };
    atomic {
      if
      :: cut[me] || ledger_deleted || work_deleted -> end_consume(me); lock = (locked -> 0 : lock); goto session
      :: !cut[me] && (any_ready || !alone[me] || all_recorded) -> lock = 0; goto next_item
#ifndef NO_RECONCILE
      :: !cut[me] && !any_ready && alone[me] && !all_recorded && !letters_seen -> end_consume(me); goto missing /* the broker has written one meanwhile */
#endif
#ifdef HASTY_CLAIM
      :: !cut[me] && !all_recorded ->
#else
      :: !cut[me] && !any_ready && alone[me] && !all_recorded && is_back && letters_seen ->
#endif
         overruns = (any_returning && overruns > 0 -> overruns - 1 : overruns);
         end_consume(me);
         lock = 0; /* lost-items.ts: claim, records.ts: lastClaim */
#ifdef ONE_CLAIM
         code = items_lost;
#else
         code = (claimed -> items_lost : try_again);
         claimed = true;
#endif
         goto exit
      fi
    };

got:
    atomic {
      if
      :: holds[me] == 0 -> goto session /* cut */
      :: holds[me] > 0 ->
         work = item[holds[me] - 1];
         counts = is_counted(holds[me] - 1);
         check(no_pod_in_vain, !late || disturbed);
         if
         :: known -> counts = false; goto ack_item /* item-processor.ts: isRecorded, ledger.ts: has */
         :: else
         fi;
#ifdef ONLY
         check(no_run_after_record, !again[holds[me] - 1] || record[work] == 0);
#endif
         check(runs_are_bounded, runs_left[work] > 0);
         runs_left[work]--
      fi
    };
    atomic { /* item-run.ts: run. All its attempts */
      if
#ifdef EARLY_COUNT
      :: counts -> count_it()
#endif
      :: done[work] = true
      :: troubles > 0 -> troubles--; done[work] = true; leaving = true /* asked to leave, it ended with 0 */
      :: counts = false; goto item_failed
      :: troubles > 0 -> troubles--; counts = false; leaving = true; goto item_failed /* the worker died with it */
      :: copies < COPIES -> seen = ITEMS + copies; copies++; counts = false; leaving = true; goto requeue /* the worker died with attempts left, or the pod is terminated */
      :: copies < COPIES && holds[me] > 0 && again[holds[me] - 1] -> seen = ITEMS + copies; copies++; counts = false; goto requeue /* message.ts: isUncountedRedelivery */
      :: cut[me] -> counts = false; goto session /* the program is stopped */
      fi
    };
#ifdef EARLY_ACK
    atomic { ack() };
#endif
    atomic { /* item-processor.ts: settleDone, record. The publishing connection knows nothing of the other one's end */
      if
      :: ledger_deleted -> counts = false; disconnect(me, true); goto session
      :: else -> write(work, DONE)
      fi
    };

ack_item: /* the record is confirmed */
    atomic {
      if
      :: cut[me] ->
         if
         :: counts && !(may_count && count + 1 >= PER_POD) && !leaving -> count_it() /* the ack is lost, and nobody knows yet */
         :: counts = false
         fi;
         leaving = false;
         goto session
      :: !cut[me] && !leaving && !(counts && may_count && count + 1 >= PER_POD) -> /* delivery.ts: ack */
         ack();
         if
         :: counts -> count_it()
         :: else
         fi;
         goto next_item
      :: else -> end_consume(me) /* consumer.ts: ackAndClose. First the cancel */
      fi
    };
    atomic {
      if
      :: cut[me] -> counts = false; leaving = false; goto session
      :: else
      fi;
      ack();
      if
      :: counts -> count_it()
      :: else
      fi;
      code = (may_count && count >= PER_POD -> success : ignored);
      goto exit
    };

item_failed: /* item-processor.ts: settleFailed */
#ifdef RECORD_FIRST
    atomic { write(work, DEAD) };
#endif
    atomic { letter[work] = true; lettered[work] = true };
    atomic {
      if
      :: ledger_deleted -> disconnect(me, true); goto session
      :: else -> write(work, DEAD)
      fi
    };

close: /* consumer.ts: ackAndClose, and item-source.ts: closed */
    atomic { end_consume(me) };
    atomic {
      if
      :: cut[me] -> leaving = false; goto session
      :: else
      fi;
      ack();
      if
      :: leaving -> code = ignored; goto exit
      :: else
      fi
    };
    atomic {
      if
      :: cut[me] || work_deleted || ledger_deleted -> goto session
      :: else -> begin_consume(me); goto next_item
      fi
    };

requeue: /* item-processor.ts: requeue */
    atomic {
      state[seen] = ready; item[seen] = work; again[seen] = copy_is_again; one_more_run(work);
      if
      :: copies < COPIES -> seen = ITEMS + copies; copies++; goto requeue /* publishing-connection.ts: publish. The confirm is lost */
      :: seen = 0; goto close
      fi
    };

over: /* verdict.ts: verdict */
    atomic {
      lock = (locked -> 0 : lock);
      code = (seen - 1 > TOLERATED -> too_many_dead_letters : success);
      seen = 0
    };

exit: /* the Job controller sees it later: until then the node may die */
    atomic {
      check(no_pod_in_vain, !late || disturbed || code == success || code == too_many_dead_letters);
      disconnect(me, true);
      account(code);
      alive[me] = false; cut[me] = false; count = 0; work = 0; seen = 0; code = undecided; late = false;
      counts = false; leaving = false;
      goto end_start
    }
  } unless {
    atomic { killed[me] || ended ->
      work = 0; seen = 0; count = 0; counts = false; leaving = false; late = false;
      if
      :: ended -> goto stopped
      :: !ended && killed[me] ->
         killed[me] = false; cut[me] = false; alive[me] = false; code = undecided;
         if
         :: skip; account(try_again) /* only the courier */
         :: skip; account(ignored) /* both containers */
         fi;
         goto end_start
      fi
    }
  };
stopped:
  skip
}
