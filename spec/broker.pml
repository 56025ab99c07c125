/* The broker: the work queue, <queue>.dead and the lock <queue>.verdict. */

#define MESSAGES (ITEMS + COPIES)
#define MOST 5

mtype:message = { absent, ready, held, returning, acked };

/* `returning`: on its way back to the queue, or into it. The broker's figures do not know it. */
mtype:message state[MOST] = absent;
byte item[MOST];
bool again[MOST];                          /* `redelivered`, or a copy, with `attempts`. message.ts: isFirstDelivery */
mtype:message letter[3] = absent;              /* <queue>.dead, by item: couriers count different items */
byte letter_by[3];
byte lock;                                 /* <queue>.verdict: the slot that has it, from 1 */

bool consumes[SLOTS];
bool alone[SLOTS];                         /* was the only consumer, and is one since */
byte marks[SLOTS];                         /* what was on its way when the probe looked first, as bits      */
byte holds[SLOTS];                         /* the message that was pushed to this slot and is not acked, from 1 */
byte ready_count, consumers;               /* what a look sees */

inline push(i, p) { state[i] = held; holds[p] = i + 1 }

inline push_ready(i, p) { push(i, p); ready_count-- }

/* The consumer of slot p may have a message, prefetch 1. The order of the queue is left open, but for items that nobody has
   had yet: they are all alike, and one order stands for all. */
#define new(i) (state[i] == ready && !again[i])
inline offer(p) {
  if
  :: state[0] == ready -> push_ready(0, p)
  :: state[1] == ready && !new(0) -> push_ready(1, p)
  :: state[2] == ready && !(ITEMS > 2 && new(1)) -> push_ready(2, p)
  :: state[3] == ready -> push_ready(3, p)
  :: state[4] == ready -> push_ready(4, p)
  :: else
  fi
}

inline begin_consume(p) { consumes[p] = true; consumers++; offer(p) }

inline end_consume(p) {
  if
  :: consumes[p] -> consumes[p] = false; consumers--
  :: else
  fi
}

/* A channel or its connection ends: the consumer is gone, and what it held is on its way back. */
inline give_back(p, flag) {
  end_consume(p);
  if
  :: holds[p] > 0 -> state[holds[p] - 1] = returning; again[holds[p] - 1] = again[holds[p] - 1] || flag; holds[p] = 0
  :: else
  fi
}

inline return_letters(p) {
  for (k : 0 .. ITEMS - 1) {
    if
    :: letter[k] == held && letter_by[k] == p -> letter[k] = returning; letter_by[k] = 0
    :: else
    fi
  }
}

inline release(p) { return_letters(p); lock = (lock == p + 1 -> 0 : lock) }

#define on_its_way(i) ((state[i] == returning) << i)
#define all_on_their_way (on_its_way(0) | on_its_way(1) | on_its_way(2) | on_its_way(3) | on_its_way(4))
#define idle(p) (consumes[p] && holds[p] == 0)
#ifdef ANY_CONSUMER
#define next_in_line(p) idle(p)
#else
/* RabbitMQ pushes to the consumer that has waited longest. Who was alone has waited longer than who is not. */
#define waits_longer(q) (alone[q] && idle(q))
#define next_in_line(p) (idle(p) && (alone[p] || !(waits_longer(0) || waits_longer(1) || waits_longer(SLOTS - 1))))
#endif
#ifdef ANY_RETURN
#define in_order(i) true
#else
/* What left later does not come back earlier than what the probe that is alone has marked. */
#define overtakes(i, q) (alone[q] && !(marks[q] & (1 << i)) && (marks[q] & all_on_their_way))
#define in_order(i) (!overtakes(i, 0) && !overtakes(i, 1) && !overtakes(i, SLOTS - 1))
#endif

#define lands(i) state[i] == returning && in_order(i)

/* What is on its way comes back: to a consumer that waits, or else into the queue. */
inline land(i) {
  if
  :: next_in_line(0) -> push(i, 0)
  :: next_in_line(1) -> push(i, 1)
#if SLOTS > 2
  :: next_in_line(2) -> push(i, 2)
#endif
  :: else -> state[i] = ready; ready_count++
  fi
}

#define letters_are_back (letter[0] != returning && letter[1] != returning && letter[2] != returning)

proctype broker() {
  byte i;
end:
  do
  :: atomic { !ended && lands(0) -> land(0) }
  :: atomic { !ended && lands(1) -> land(1) }
  :: atomic { !ended && lands(2) -> land(2) }
#if MESSAGES > 3
  :: atomic { !ended && lands(3) -> land(3) }
#endif
#if MESSAGES > 4
  :: atomic { !ended && lands(4) -> land(4) }
#endif
  :: atomic {
       !ended && !letters_are_back ->
       for (i : 0 .. ITEMS - 1) { letter[i] = (letter[i] == returning -> ready : letter[i]) }
       i = 0
     }
  od
}
