/*
 * A pod, and the pod that takes its place. Switches break single steps, one at a time:
 *
 *   COUNT_REDELIVERED    items that were delivered before count as well
 *   PLAIN_LOOK           nothing ready and no consumer is taken for settled
 *   NO_SIGHT             as on the page of Kubernetes: who finds nothing waits for ever
 *   NO_FENCE             the probe looks once only
 *   ACK_FIRST            the last item is acked before the consumer is cancelled
 *   CANCEL_HELD          an item is given back by cancelling the consumer and closing the channel
 *   COUNT_BEFORE_ANSWER  an item counts when its ack is sent
 *   NO_LOCK, ONE_READ    dead letters are counted without the lock; are read once
 *
 * Others weaken what the programs rely on, or mend them: see README.md.
 */

#ifdef NO_SIGHT
#define SIGHT false
#else
#define SIGHT true
#endif
#ifdef NO_LOOK_AFTER
#define nothing_after true
#else
#ifdef LOOK_AFTER_AT_READY_ONLY
#define nothing_after (ready_count == 0)
#else
#define nothing_after (ready_count == 0 && consumers == 0)
#endif
#endif
#ifdef LONG_LISTEN /* a listener outlives the probe under which it began: a second against a few round trips */
#define may_stop_listening (!alone[0] && !alone[1] && !alone[SLOTS - 1])
#else
#define may_stop_listening true
#endif
#ifdef COPIES_MAY_COUNT
#define copy_may_count fresh
#else
#define copy_may_count false
#endif

#define fresh (!again[holds[me] - 1])
#ifdef COUNT_REDELIVERED
#define first true
#else
#define first fresh /* tally.ts: countsTowardsExit */
#endif
#define this_item item[holds[me] - 1]

inline ack() { state[holds[me] - 1] = acked; holds[me] = 0 }

/* tally.ts: Tally. Only after the broker's answer: by then it has done the ack. */
inline tally() {
  if
  :: counts -> counts = false; count++; counted[work]++; check(counted_once, counted[work] == 1)
  :: else
  fi;
  work = 0
}

inline read_letter(k) {
  if
  :: letter[k] == ready -> letter[k] = held; letter_by[k] = me; found = found | (1 << k)
  :: else
  fi
}

/* dead-letters.ts: readAll. A message that a reader holds is hidden from others. */
inline read_letters() { atomic { read_letter(0) }; atomic { read_letter(1) }; atomic { read_letter(2) } }

#ifdef NO_LOCK
#define locked(steps) steps
#else /* nobody else reads: one step stands for all */
#define locked(steps) atomic { steps }
#endif

proctype pod(byte me) {
  byte count, work, k;
  mtype:ending code = undecided;
  byte found;                              /* dead letters, as bits */
  bool counts, enough, leaving, gone, stays;

end_start:
  {
    atomic { !ended && wanted -> running++; alive[me] = true };

listen: /* item-source.ts: listen */
    atomic { begin_consume(me) };
next_item:
    atomic {
      if
      :: holds[me] > 0 -> /* item-run.ts: ItemRun, with all its attempts */
         counts = first;
         work = this_item;
         if
         :: done[work] = true; goto item_done
         :: troubles > 0 -> troubles--; done[work] = true; leaving = true; goto item_done /* asked to leave, it ended with 0 */
         :: goto item_failed
         :: gone = true; goto item_failed
         :: copies < COPIES -> goto requeue /* the worker died, with attempts left, or was terminated */
         :: !fresh && copies < COPIES -> stays = true; goto requeue /* message.ts: isUncountedRedelivery */
         fi
      :: (!calm || (holds[me] == 0 && ready_count == 0)) && may_stop_listening ->
         give_back(me, true) /* also what is still on the wire */
      fi
    };

look: /* item-source.ts: next. Looks that see a consumer and nothing ready are repeated: here, not made. */
    atomic {
      if
      :: ready_count > 0 -> goto listen
      :: ready_count == 0 && consumers == 0 && SIGHT && (!calm || !somebody_probes) -> probes[me] = true
      :: troubles > 0 -> troubles--; code = ignored; goto exit /* asked to leave */
      fi
    };
#ifdef PLAIN_LOOK
    goto settled;
#endif

    /* item-source.ts: probe */
    atomic { begin_consume(me) };
    atomic { /* the first look */
      alone[me] = ready_count == 0 && consumers == 1;
      for (k : 0 .. MESSAGES - 1) {
        if
        :: state[k] == returning || holds[me] == k + 1 -> marks[me] = marks[me] | (1 << k)
        :: else
        fi
      }
      k = 0
    };
#ifndef NO_FENCE
    atomic { /* the second look, the fence */
#ifndef SLOW_RETURN /* the assumption: what was on its way at the first look has come by the second */
      (marks[me] & all_on_their_way) == 0;
#endif
      if
      :: holds[me] > 0 -> marks[me] = 0; alone[me] = false; probes[me] = false; goto next_item
      :: holds[me] == 0 || (!calm && !(marks[me] & (1 << (holds[me] - 1)))) -> skip /* what came later may be on the wire */
      fi
    };
#endif
    atomic { marks[me] = 0; give_back(me, true) };
    atomic { /* the look after */
      probes[me] = false;
      if
      :: alone[me] && nothing_after -> alone[me] = false; check(seen_means_settled, all_settled)
      :: else -> alone[me] = false; goto look
      fi
    };

settled: /* verdict.ts: reachVerdict. dead-letters.ts: countDeadLetters */
#ifdef PLAIN_LOOK
    atomic { probes[me] = false; check(seen_means_settled, all_settled) };
#endif
#ifndef NO_LOCK
    atomic { lock == 0 -> lock = me + 1 }; /* lock.ts: takeLock */
#endif
    locked(read_letters());
    atomic { return_letters(me) };
#ifndef ONE_READ
    locked(letters_are_back; read_letters()); /* a second is longer than that takes */
#endif
    atomic {
      release(me);
      code = (((found & 1) + ((found >> 1) & 1) + ((found >> 2) & 1)) > TOLERATED -> too_many_dead_letters : success);
      goto exit
    };

item_done: /* item-processor.ts: settle */
    atomic {
      enough = counts && count + 1 >= PER_POD;
#ifdef COUNT_BEFORE_ANSWER
      tally();
#endif
      if
      :: !enough && !leaving -> ack(); offer(me)
      :: else -> goto last_done
      fi
    };
    atomic { tally(); goto next_item }; /* consumer.ts: ackAndContinue */

last_done: /* consumer.ts: ackAndClose */
#ifdef ACK_FIRST
    atomic { ack(); offer(me) };
    atomic { end_consume(me) };
#else
    atomic { end_consume(me) };
    atomic { ack() };
#endif
    atomic {
      give_back(me, true); /* nothing, unless the ack came first */
      tally();
      code = (enough -> success : ignored);
      enough = false; leaving = false;
      goto exit
    };

item_failed: /* message.ts: deadLetter, copy-publisher.ts: publish, then consumer.ts: ackAndClose */
    atomic {
      letter[work] = (letter[work] == absent -> ready : letter[work]);
      counts = false; work = 0
    };
    atomic { end_consume(me) };
    atomic { ack() };
    atomic {
      if
      :: gone -> gone = false; code = ignored; goto exit
      :: else -> goto listen
      fi
    };

requeue: /* requeue.ts: requeue */
#ifdef CANCEL_HELD
    atomic { counts = false; work = 0; end_consume(me) };
#else
    atomic {
      if
      :: copies < COPIES -> skip
      :: else -> counts = false; work = 0; stays = false; goto next_item /* another pod had the last one: a bound of the model */
      fi;
      k = ITEMS + copies;
      copies++;
      state[k] = returning; item[k] = work; again[k] = !copy_may_count;
      k = 0;
      if
      :: copies < COPIES -> goto requeue /* copy-publisher.ts: publish. The confirm is lost, and the copy is published again */
      :: counts = false; work = 0
      fi
    };
    atomic { end_consume(me) };
    atomic { ack() };
#endif
    atomic {
      give_back(me, true);
      if
      :: stays -> stays = false; goto listen
      :: else -> code = ignored
      fi
    };

exit: /* the Job controller sees it later: until then the node may die */
    atomic {
      account(code);
      alive[me] = false; count = 0; code = undecided; found = 0;
      goto end_start
    }
  } unless {
    atomic { fate[me] != fine || ended ->
      work = 0; found = 0; k = 0;
      counts = false; enough = false; leaving = false; gone = false; stays = false;
      if
      :: ended -> goto stopped
      :: !ended && fate[me] == lost -> /* reconnect.ts: overSessions. The tally survives. */
         fate[me] = fine;
         if
         :: code == undecided -> goto listen
         :: else -> goto exit
         fi
      :: !ended && fate[me] == killed ->
         fate[me] = fine;
         alive[me] = false; count = 0; code = undecided;
         if
         :: account(try_again) /* only the courier */
         :: account(ignored) /* both containers */
         fi;
         goto end_start
      fi
    }
  };
stopped:
  skip
}
