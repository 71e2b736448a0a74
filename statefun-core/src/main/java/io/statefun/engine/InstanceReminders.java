/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.Reminders;
import io.statefun.message.Address;
import io.statefun.state.Overlay;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The reminders of the instance that is being invoked. Each is stored under its name, with the key
 * of the timer that will fire it next.
 */
final class InstanceReminders implements Reminders {

  private final WorkerInvocation invocation;

  InstanceReminders(WorkerInvocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public void at(String name, Instant time, Object message) {
    set(name, time.toEpochMilli(), 0, "", "", message);
  }

  @Override
  public void after(String name, Duration delay, Object message) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("A delay must not be negative: " + delay);
    }
    at(name, invocation.now().plus(delay), message);
  }

  @Override
  public void every(String name, Duration period, Object message) {
    if (period.toMillis() < 1) {
      throw new IllegalArgumentException(
          "The period of reminder '" + name + "' must be at least one millisecond: " + period);
    }
    set(name, invocation.nowMillis() + period.toMillis(), period.toMillis(), "", "", message);
  }

  @Override
  public void cron(String name, String expression, ZoneId zone, Object message) {
    Long next = nextMatch(invocation.node(), expression, zone, invocation.now());
    if (next == null) {
      throw new IllegalArgumentException(
          "The cron expression '" + expression + "' of reminder '" + name + "' never matches");
    }
    set(name, next, 0, expression, zone.getId(), message);
  }

  private void set(
      String name, long millis, long period, String cron, String zone, Object message) {
    invocation.check();
    Objects.requireNonNull(name, "name");
    cancel(name);
    Message reminder = Message.of(self(), self(), invocation.node().messageTypes().wrap(message));
    new Stored(timerKey(invocation.partition(), millis), period, cron, zone, reminder)
        .store(invocation.partition(), name);
  }

  @Override
  public void cancel(String name) {
    invocation.check();
    byte[] key = Keys.reminder(self(), name);
    byte[] stored = overlay().get(key);
    if (stored != null) {
      invocation.partition().timers.remove(Stored.read(stored).timer());
      overlay().delete(key);
    }
  }

  @Override
  public List<Reminder> list() {
    invocation.check();
    List<Reminder> result = new ArrayList<>();
    byte[] prefix = Keys.reminders(self());
    try (Overlay.Scan scan = overlay().scan(prefix, Keys.after(prefix))) {
      while (scan.next()) {
        result.add(reminder(Keys.suffix(scan.key(), prefix), scan.value()));
      }
    }
    return result;
  }

  /**
   * A reminder as its owner sees it.
   *
   * @param name the end of its key, behind the owner
   */
  static Reminder reminder(byte[] name, byte[] bytes) {
    Stored stored = Stored.read(bytes);
    return new Reminder(
        new ByteReader(name).readString(),
        Instant.ofEpochMilli(Keys.timerMillis(stored.timer())),
        stored.period() == 0 ? null : Duration.ofMillis(stored.period()),
        stored.cron().isEmpty() ? null : stored.cron());
  }

  /** What a stored reminder will deliver. */
  static Message message(byte[] bytes) {
    return Stored.read(bytes).message();
  }

  private Address self() {
    return invocation.instance().address;
  }

  private Overlay overlay() {
    return invocation.partition().overlay;
  }

  private static byte[] timerKey(Partition partition, long millis) {
    return Keys.timer(millis, partition.nextNumber());
  }

  private static @Nullable Long nextMatch(
      NodeServices node, String expression, ZoneId zone, Instant after) {
    ZonedDateTime next = node.cron().parse(expression).next(after.atZone(zone));
    return next == null ? null : next.toInstant().toEpochMilli();
  }

  /** A stored reminder with another key of its timer. */
  static byte[] withTimer(byte[] stored, UnaryOperator<byte[]> change) {
    ByteReader in = new ByteReader(stored);
    byte[] timer = in.readBytes();
    int rest = stored.length - in.remaining();
    return new ByteWriter(stored.length)
        .writeBytes(change.apply(timer))
        .writeRaw(stored, rest, in.remaining())
        .toByteArray();
  }

  /** What a reminder will deliver, or null if there is none of that name. */
  static @Nullable Message waiting(Partition partition, Address owner, String name) {
    byte[] bytes = partition.overlay.get(Keys.reminder(owner, name));
    return bytes == null ? null : Stored.read(bytes).message();
  }

  /**
   * Fires a reminder whose timer is due, and sets the timer of its next time if it is repeated.
   *
   * @return the message to deliver, or null if the reminder was cancelled
   */
  static @Nullable Message fire(
      NodeServices node, Partition partition, Address owner, String name, long now) {
    byte[] key = Keys.reminder(owner, name);
    byte[] bytes = partition.overlay.get(key);
    if (bytes == null) {
      return null;
    }
    Stored stored = Stored.read(bytes);
    Long next = stored.nextAfter(node, now);
    if (next == null) {
      partition.overlay.delete(key);
    } else {
      new Stored(
              timerKey(partition, next),
              stored.period(),
              stored.cron(),
              stored.zone(),
              stored.message())
          .store(partition, name);
    }
    return stored.message();
  }

  /**
   * A reminder as it is stored.
   *
   * @param timer the key of its timer
   * @param period the period in milliseconds, or 0 if it is not periodic
   * @param cron the cron expression, or empty
   * @param zone the time zone of the cron expression, or empty
   * @param message what it delivers
   */
  private record Stored(byte[] timer, long period, String cron, String zone, Message message) {

    void store(Partition partition, String name) {
      ByteWriter out = new ByteWriter(128);
      out.writeBytes(timer).writeVarLong(period).writeString(cron).writeString(zone);
      MessageCodec.write(out, message);
      partition.overlay.put(Keys.reminder(message.target(), name), out.toByteArray());
      partition.timers.set(
          timer, new Timers.Entry(Timers.Kind.REMINDER, message.withoutValue(), name));
    }

    static Stored read(byte[] bytes) {
      ByteReader in = new ByteReader(bytes);
      return new Stored(
          in.readBytes(),
          in.readVarLong(),
          in.readString(),
          in.readString(),
          MessageCodec.read(in));
    }

    @Nullable Long nextAfter(NodeServices node, long now) {
      if (period > 0) {
        long due = Keys.timerMillis(timer);
        return due + ((now - due) / period + 1) * period;
      }
      return cron.isEmpty()
          ? null
          : nextMatch(node, cron, ZoneId.of(zone), Instant.ofEpochMilli(now));
    }
  }
}
