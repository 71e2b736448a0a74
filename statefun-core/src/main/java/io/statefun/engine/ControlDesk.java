/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypedValue;
import io.statefun.state.Overlay;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers what partitions of a worker are asked, and does what they are told. What it reads is of
 * the epoch that goes on, and its answers leave with that: who asks learns nothing that may still
 * be lost. Belongs to the worker.
 */
final class ControlDesk {

  private static final byte[] NOTHING = new byte[0];

  private final NodeServices node;
  private final QueryDesk queries;
  private final Host host;

  ControlDesk(NodeServices node, QueryDesk queries, Host host) {
    this.node = node;
    this.queries = queries;
    this.host = host;
  }

  /** What the desk has the worker do. */
  interface Host {

    /** Sends a message from a partition. */
    void send(Partition sender, Message message);

    /** The partitions of the whole node, those of other workers among them. */
    Collection<Partition> partitions();

    /** Has a message handled by its instance, which is in the partition, now or in its turn. */
    void handle(Partition partition, Message message);

    /**
     * Has an answer sent from a partition, or another one that the worker has, as soon as it is
     * there. It may be lost with the process.
     */
    void answerLater(Partition partition, Message question, CompletableFuture<TypedValue> answer);
  }

  /**
   * Does what a message says for which {@link Control#isControl} is true. What cannot be read, as
   * it is damaged or of a newer version, is for who asks to know, and stops nothing else.
   */
  void handle(Partition partition, Message message) {
    try {
      take(partition, message);
    } catch (UncheckedIOException localStateFails) {
      throw localStateFails;
    } catch (RuntimeException unreadable) {
      refuse(partition, message, unreadable);
    }
  }

  /** Tells who waits for an answer that nothing can be done with a message. */
  void refuse(Partition partition, Message message, RuntimeException why) {
    refuse(partition, message, RequestFailedException.Reason.INVALID, why.toString());
  }

  private void take(Partition partition, Message message) {
    Control control = Control.read(message.value());
    if (control instanceof Control.Call call) {
      call(partition, message, call);
    } else if (control instanceof Control.Attach attach) {
      attach(partition, message, attach);
    } else if (control instanceof Control.Forget forget) {
      forget(partition, message.target(), forget);
    } else if (control instanceof Control.Complete complete) {
      answer(partition, message, Awakeables.answer(complete(partition, complete)));
    } else if (control instanceof Control.Read read) {
      answer(partition, message, Answer.of(InstanceDump.of(node, partition, message, read)));
    } else if (control instanceof Control.ListDeadLetters list) {
      answer(partition, message, Answer.of(DeadLetterPage.of(partition, list)));
    } else if (control instanceof Control.CountDeadLetters) {
      answer(partition, message, Answer.of(DeadLetterCounts.of(host.partitions()).write()));
    } else if (control instanceof Control.Replay replay) {
      replay(partition, message, replay);
    } else if (control instanceof Control.Discard discard) {
      discard(partition, message, discard);
    } else if (control instanceof Control.Query query) {
      host.answerLater(partition, message, queries.query(message.target(), query.query()));
    } else if (control instanceof Control.Scan scan) {
      host.answerLater(
          partition,
          message,
          queries.scan(partition.index, scan.scan()).thenApply(step -> Answer.of(step.write())));
    }
  }

  private void answer(Partition partition, Message question, TypedValue answer) {
    Address reply = Control.reply(question);
    if (reply != null) {
      host.send(partition, Message.of(reply, null, answer));
    }
  }

  private void refuse(
      Partition partition, Message question, RequestFailedException.Reason reason, String why) {
    answer(partition, question, Answer.failure(reason, why));
  }

  // Calls with a key

  private void call(Partition partition, Message message, Control.Call call) {
    Address target = message.target();
    byte[] place = Keys.keyedCall(target, call.key());
    byte[] digest = KeyedCall.digest(call.message());
    byte[] stored = partition.overlay.get(place);
    KeyedCall known =
        stored == null
            ? new KeyedCall(call.nonce(), digest, null, List.of())
            : KeyedCall.read(stored);
    if (!known.isOf(digest)) {
      refuse(
          partition,
          message,
          RequestFailedException.Reason.KEY_REUSED,
          "The key '" + call.key() + "' was used for another message to " + target);
      return;
    }
    if (stored == null) {
      Address source = new CallAddress(target, call.key(), call.nonce()).address();
      partition.overlay.put(place, known.write());
      Message end = Control.message(target, new Control.Forget(call.key(), call.nonce()));
      partition.timers.set(
          Keys.timer(node.clock().millis() + call.retention(), partition.nextNumber()),
          new Timers.Entry(Timers.Kind.MESSAGE, end, ""));
      host.handle(partition, Message.of(target, source, call.message(), message.headers()));
    }
    if (call.forReply()) {
      await(partition, message, place, known);
    } else {
      answer(partition, message, Answer.of(NOTHING));
    }
  }

  private void attach(Partition partition, Message message, Control.Attach attach) {
    byte[] place = Keys.keyedCall(message.target(), attach.key());
    byte[] stored = partition.overlay.get(place);
    if (stored == null) {
      refuse(
          partition,
          message,
          RequestFailedException.Reason.NOT_FOUND,
          "There is no call of " + message.target() + " with the key '" + attach.key() + "'");
    } else {
      await(partition, message, place, KeyedCall.read(stored));
    }
  }

  private void await(Partition partition, Message message, byte[] place, KeyedCall call) {
    TypedValue known = call.answer();
    Address reply = Control.reply(message);
    if (known != null) {
      answer(partition, message, known);
    } else if (reply != null) {
      partition.overlay.put(place, call.withWaiting(reply.id()).write());
    }
  }

  /** Takes the reply to a call. The first one counts, or the first after failures. */
  void replied(Partition partition, Message message) {
    CallAddress call = CallAddress.of(message.target());
    byte[] place = Keys.keyedCall(call.target(), call.key());
    byte[] stored = partition.overlay.get(place);
    if (stored == null) {
      return;
    }
    KeyedCall known = KeyedCall.read(stored);
    TypedValue before = known.answer();
    if (known.nonce().equals(call.nonce()) && (before == null || Answer.isFailure(before))) {
      partition.overlay.put(place, known.answered(message.value()).write());
      for (String request : known.waiting()) {
        host.send(partition, Message.of(Requests.address(request), null, message.value()));
      }
    }
  }

  private static void forget(Partition partition, Address target, Control.Forget forget) {
    byte[] place = Keys.keyedCall(target, forget.key());
    byte[] stored = partition.overlay.get(place);
    if (stored != null && KeyedCall.read(stored).nonce().equals(forget.nonce())) {
      partition.overlay.delete(place);
    }
  }

  // Awakeables

  /** Completes an awakeable, and returns why not if it does not; null if it is done. */
  private CompletionRefusedException.@Nullable Reason complete(
      Partition partition, Control.Complete complete) {
    AwakeableToken token = AwakeableToken.parse(complete.token());
    StoredAwakeable known = token == null ? null : StoredAwakeable.find(partition, token.id());
    if (token == null || known == null || !known.isOf(token)) {
      return CompletionRefusedException.Reason.UNKNOWN;
    }
    TypedValue message = complete.message();
    return switch (known.state()) {
      case OPEN -> {
        if (!known.types().contains(message.typeName())) {
          yield CompletionRefusedException.Reason.WRONG_TYPE;
        }
        long now = node.clock().millis();
        host.handle(partition, known.complete(partition, token.id(), message, now));
        yield null;
      }
      case COMPLETED ->
          known.wasCompletedBy(message) ? null : CompletionRefusedException.Reason.COMPLETED;
      case OVER -> CompletionRefusedException.Reason.OVER;
    };
  }

  // Dead letters

  private void replay(Partition partition, Message message, Control.Replay replay) {
    DeadLetter letter = deadLetter(partition, message, replay.number());
    if (letter == null) {
      return;
    }
    Address target = replay.target() == null ? letter.target() : replay.target();
    if (target == null) {
      refuse(
          partition,
          message,
          RequestFailedException.Reason.INVALID,
          "The dead letter has no target, as nobody could read for whom it was. Name one");
      return;
    }
    TypedValue value = replay.value() == null ? letter.value() : replay.value();
    partition.deadLetters.remove(replay.number());
    Address stored = node.functions().stored(target);
    host.send(partition, new Message(stored, letter.source(), value, null, letter.headers()));
    answer(partition, message, Answer.of(NOTHING));
  }

  private void discard(Partition partition, Message message, Control.Discard discard) {
    if (deadLetter(partition, message, discard.number()) != null) {
      partition.deadLetters.remove(discard.number());
      answer(partition, message, Answer.of(NOTHING));
    }
  }

  private @Nullable DeadLetter deadLetter(Partition partition, Message message, long number) {
    Overlay overlay = partition.overlay;
    byte[] stored = overlay.get(Keys.deadLetter(number));
    if (stored == null) {
      refuse(
          partition,
          message,
          RequestFailedException.Reason.NOT_FOUND,
          "There is no such dead letter any more");
      return null;
    }
    return DeadLetter.read(stored);
  }
}
