/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.wire;

/**
 * Something was stored in a format that this version does not know, by a newer one. It is whole,
 * and to try again does not help.
 */
public final class NewerFormatException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String ACTION =
      "Run the newer version of the application again. Nothing that is stored was changed.";

  private final String description;

  /**
   * @param what what was stored
   * @param format its format
   * @param known the newest format that this version knows
   */
  public NewerFormatException(String what, long format, int known) {
    this(
        what
            + " has format "
            + format
            + ", which a newer version of the application has written; this one knows formats up to "
            + known
            + ".");
  }

  private NewerFormatException(String description) {
    super(description + " " + ACTION);
    this.description = description;
  }

  /**
   * Makes sure that a format is known.
   *
   * @throws NewerFormatException if it is newer
   */
  public static void check(String what, long format, int known) {
    if (format > known) {
      throw new NewerFormatException(what, format, known);
    }
  }

  /** What has which format. */
  public String description() {
    return description;
  }

  /** What to do. */
  public String action() {
    return ACTION;
  }
}
