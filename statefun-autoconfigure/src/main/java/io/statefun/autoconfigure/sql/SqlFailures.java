/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import java.util.concurrent.CancellationException;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** Says of what went wrong what who has written the statement can understand. */
final class SqlFailures {

  private static final int MAX_TEXT = 500;

  private SqlFailures() {}

  static RuntimeException of(Throwable failure, Allowance allowance) {
    if (allowance.stopped().get()) {
      return new CancellationException("The statement was stopped");
    }
    if (failure instanceof StackOverflowError) {
      return new InvalidSqlException("It is nested too deeply");
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      RuntimeException known = known(cause);
      if (known != null) {
        return known;
      }
    }
    return new InvalidSqlException("It cannot be run: " + text(failure), 0, 0, failure);
  }

  private static @Nullable RuntimeException known(Throwable cause) {
    if (cause instanceof InvalidSqlException
        || cause instanceof CancellationException
        || cause instanceof ScanRows.PageFailedException) {
      return (RuntimeException) cause;
    }
    if (cause instanceof SqlParseException parse) {
      SqlParserPos at = parse.getPos();
      return at == null
          ? new InvalidSqlException(text(parse), 0, 0, parse)
          : new InvalidSqlException(text(parse), at.getLineNum(), at.getColumnNum(), parse);
    }
    if (cause instanceof CalciteContextException context) {
      Throwable why = context.getCause() == null ? context : context.getCause();
      return new InvalidSqlException(
          text(why), context.getPosLine(), context.getPosColumn(), context);
    }
    return cause instanceof StackOverflowError
        ? new InvalidSqlException("It is nested too deeply")
        : null;
  }

  /** Its first line: those behind tell what a parser could take, or how a plan looked. */
  private static String text(Throwable failure) {
    String all = failure.getMessage();
    if (failure instanceof ExceptionInInitializerError constant && constant.getCause() != null) {
      all = constant.getCause().getMessage(); // What is constant is computed there.
    }
    if (all == null || all.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    String first = all.strip().lines().findFirst().orElse(all);
    return first.length() > MAX_TEXT ? first.substring(0, MAX_TEXT) + "..." : first;
  }
}
