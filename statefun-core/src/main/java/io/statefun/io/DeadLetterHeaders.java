/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.io;

/**
 * The names of the headers that a dead letter has when it leaves by an egress, beside those of its
 * message. What they hold is text in UTF-8; what is not known has no header.
 */
public final class DeadLetterHeaders {

  /** The instance that the message was for, as {@code namespace/name/id}. */
  public static final String TARGET = "statefun-dlt-target";

  /** The instance that sent it, as {@code namespace/name/id}; not there if it came from outside. */
  public static final String SOURCE = "statefun-dlt-source";

  /** The name of the message's type; always there. */
  public static final String TYPE = "statefun-dlt-type";

  /** Where it came from, as {@code topic-partition@offset}; not for messages between functions. */
  public static final String ORIGIN = "statefun-dlt-origin";

  /** The exception with its causes; always there. */
  public static final String CAUSE = "statefun-dlt-cause";

  /** When it was given up, as {@code 2026-01-31T12:00:00Z}; always there. */
  public static final String TIME = "statefun-dlt-time";

  private DeadLetterHeaders() {}
}
