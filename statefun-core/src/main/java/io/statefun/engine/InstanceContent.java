/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.function.Reminders;
import io.statefun.message.Address;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a savepoint holds of one instance, as text for people to read. Of all that may be many, it
 * has the first few and how many there are.
 *
 * @param address the instance
 * @param states its states, those first that the function declares
 * @param messages those that wait for it
 * @param timers what will come to it or leave it later, the earliest first, but for reminders
 * @param reminders its reminders
 * @param operations the requests of its asynchronous operations that are under way
 * @param deadLetters its messages that could not be handled
 */
public record InstanceContent(
    Address address,
    List<StateContent> states,
    Some<Waiting> messages,
    Some<Timer> timers,
    Some<Reminder> reminders,
    Some<String> operations,
    Some<Dead> deadLetters) {

  public InstanceContent {
    states = List.copyOf(states);
  }

  /** Whether there is nothing at all. */
  public boolean isEmpty() {
    return states.stream().noneMatch(StateContent::holdsSomething)
        && messages.count() == 0
        && timers.count() == 0
        && reminders.count() == 0
        && operations.count() == 0
        && deadLetters.count() == 0;
  }

  /**
   * The first of many things.
   *
   * @param count how many there are
   * @param first the first of them
   */
  public record Some<T>(long count, List<T> first) {

    public Some {
      first = List.copyOf(first);
    }
  }

  /**
   * A state.
   *
   * @param name its name
   * @param kind value, list or map
   * @param declared whether the application's function declares it
   * @param value the value; null if there is none, or it is a list or map
   * @param since from when the value's retention counts; null if it does not expire
   * @param entries the entries of a list or map, among them those that have expired and were not
   *     removed yet
   */
  public record StateContent(
      String name,
      StateSpec.Kind kind,
      boolean declared,
      @Nullable String value,
      @Nullable Instant since,
      Some<Entry> entries) {

    /** Whether it has a value or an entry. */
    public boolean holdsSomething() {
      return value != null || entries.count() > 0;
    }
  }

  /**
   * An entry of a list or map.
   *
   * @param key the number of a list's entry, from 0, or the key of a map's
   */
  public record Entry(String key, String value) {}

  /** Where a message waits. */
  public enum Place {
    /** In the instance's mailbox. */
    MAILBOX,
    /** On its way from another process. */
    CHANNEL,
    /** At its sender, until there is room in the mailbox. */
    OUTBOX,
    /** Behind one that failed, or is that one. */
    BLOCKED,
    /** With the function, which runs elsewhere, or about to be. */
    CALLED,
    /** Until the function, which runs elsewhere, is called with it. */
    QUEUED
  }

  /**
   * A message that waits.
   *
   * @param from who has sent it; null if it came from outside
   */
  public record Waiting(Place place, @Nullable Address from, String message) {}

  /**
   * Something that happens later.
   *
   * @param due when
   * @param what what it is
   */
  public record Timer(Instant due, String what) {}

  /**
   * A reminder.
   *
   * @param reminder its name and times
   * @param message what it will deliver
   */
  public record Reminder(Reminders.Reminder reminder, String message) {}

  /**
   * A message that could not be handled.
   *
   * @param from who has sent it; null if it came from outside
   * @param cause why
   */
  public record Dead(Instant time, @Nullable Address from, String message, String cause) {}
}
