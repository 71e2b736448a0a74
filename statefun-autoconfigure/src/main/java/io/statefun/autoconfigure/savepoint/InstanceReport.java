/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.savepoint;

import io.statefun.engine.InstanceContent;
import io.statefun.engine.SavepointInspection;
import io.statefun.engine.StateSpec;
import io.statefun.function.Reminders;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prints what a savepoint has of single instances. What it prints is never more than so much. */
final class InstanceReport {

  private static final int USUAL_LIMIT = 20;
  private static final int MAX_LIMIT = 1_000;
  private static final int MAX_ID = 300;

  private final SavepointInspection inspection;
  private final Savepoint savepoint;
  private final int limit;
  private final PrintStream out;

  /**
   * @param limit how many lines to print of all that may be many
   */
  InstanceReport(SavepointInspection inspection, Savepoint savepoint, int limit, PrintStream out) {
    this.inspection = inspection;
    this.savepoint = savepoint;
    this.limit = limit;
    this.out = out;
  }

  // Arguments

  /** The number of lines that an argument stands for. */
  static int limit(@Nullable String argument) {
    if (argument == null) {
      return USUAL_LIMIT;
    }
    try {
      int limit = Integer.parseInt(argument);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // As any other text that is no number from 1 on.
    }
    throw new UsageException(
        "--limit is a number from 1 to " + MAX_LIMIT + ", not '" + argument + "'.");
  }

  /** The function that an argument stands for. */
  static TypeName function(String argument) {
    try {
      return TypeName.parse(argument);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--function is a function's type as 'billing/user', not '" + argument + "'.");
    }
  }

  /** The instance that an argument stands for: all behind the second slash is its id. */
  static Address address(String argument) {
    int slash = argument.indexOf('/', argument.indexOf('/') + 1);
    try {
      if (slash > 0) {
        return Address.of(argument.substring(0, slash), argument.substring(slash + 1));
      }
    } catch (IllegalArgumentException e) {
      // As any other text that is no address.
    }
    throw new UsageException(
        "--instance is a function's type and an id as 'billing/user/42', not '" + argument + "'.");
  }

  // Reports

  /**
   * Prints the instances of a function.
   *
   * @return the exit code
   */
  int list(TypeName function) throws IOException {
    InstanceContent.Some<Address> instances = inspection.instances(function, limit);
    if (instances.count() == 0) {
      return nothing(function, "instance of " + function);
    }
    out.printf(
        "Savepoint %d has %d instances of %s%n", savepoint.number(), instances.count(), function);
    print(instances, instance -> out.printf("  %s/%s%n", function, shorten(instance.id())));
    return 0;
  }

  /** An id that is printed whole, unless it is of those that are documents. */
  private static String shorten(String id) {
    return id.length() > MAX_ID ? id.substring(0, MAX_ID) + "…" : id;
  }

  private int nothing(TypeName function, String what) {
    out.printf(
        "There is no %s in savepoint %d%s.%n",
        what,
        savepoint.number(),
        inspection.isKnown(function)
            ? ""
            : ", and the application has no function '" + function + "'");
    return 1;
  }

  /**
   * Prints an instance.
   *
   * @return the exit code
   */
  int show(Address address) throws IOException {
    InstanceContent content = inspection.instance(address, limit);
    if (content.isEmpty()) {
      return nothing(address.type(), "instance " + address);
    }
    out.printf(
        "Instance %s in savepoint %d of application %s, %s%n",
        address, savepoint.number(), savepoint.application(), savepoint.created());
    out.printf("%nstates%n");
    content.states().forEach(this::state);
    section("waiting messages", content.messages(), this::waiting);
    section(
        "timers", content.timers(), timer -> out.printf("  %s %s%n", timer.due(), timer.what()));
    section("reminders", content.reminders(), this::reminder);
    section("operations", content.operations(), request -> out.printf("  %s%n", request));
    section("dead letters", content.deadLetters(), this::deadLetter);
    return 0;
  }

  private <T> void section(String name, InstanceContent.Some<T> some, Consumer<T> line) {
    out.printf("%n%s %d%n", name, some.count());
    print(some, line);
  }

  private <T> void print(InstanceContent.Some<T> some, Consumer<T> line) {
    some.first().forEach(line);
    long more = some.count() - some.first().size();
    if (more > 0) {
      out.printf("  and %d more; --limit shows up to %d%n", more, MAX_LIMIT);
    }
  }

  private void state(InstanceContent.StateContent state) {
    String name = state.declared() ? state.name() : state.name() + " (not declared)";
    if (state.kind() == StateSpec.Kind.VALUE) {
      out.printf(
          "  %-20s %s%s%n",
          name,
          state.value() == null ? "nothing" : state.value(),
          state.since() == null ? "" : " (since " + state.since() + ")");
      return;
    }
    out.printf(
        "  %-20s %s of %d%n",
        name, state.kind().name().toLowerCase(Locale.ROOT), state.entries().count());
    print(state.entries(), entry -> out.printf("    %s: %s%n", entry.key(), entry.value()));
  }

  private void waiting(InstanceContent.Waiting waiting) {
    out.printf(
        "  %-8s from %s: %s%n",
        waiting.place().name().toLowerCase(Locale.ROOT), sender(waiting.from()), waiting.message());
  }

  private void reminder(InstanceContent.Reminder reminder) {
    Reminders.Reminder known = reminder.reminder();
    String again = "";
    if (known.period() != null) {
      again = ", every " + known.period();
    } else if (known.cron() != null) {
      again = ", cron " + known.cron();
    }
    out.printf("  %s '%s'%s: %s%n", known.next(), shorten(known.name()), again, reminder.message());
  }

  private void deadLetter(InstanceContent.Dead dead) {
    out.printf("  %s from %s: %s%n", dead.time(), sender(dead.from()), dead.message());
    out.printf("    %s%n", dead.cause());
  }

  private static String sender(@Nullable Address from) {
    return from == null ? "outside" : from.toString();
  }
}
