/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.calcite.linq4j.Enumerator;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a scan, page by page. The first page is small and fetched alone, as a statement may
 * need no more; of the others, which are as large as may be, the next is fetched meanwhile.
 */
final class ScanRows implements Enumerator<@Nullable Object> {

  private final InstanceSource source;
  private final List<FunctionTable.Column> columns;
  private final FieldValues values;
  private final Allowance allowance;
  private final StateQuery first;

  private @Nullable CompletableFuture<StatePage> coming;
  private @Nullable String next;
  private Iterator<InstanceStates> page = Collections.emptyIterator();
  private @Nullable Object current;

  ScanRows(
      InstanceSource source,
      StateQuery first,
      List<FunctionTable.Column> columns,
      FieldValues values,
      Allowance allowance) {
    this.source = source;
    this.first = first;
    this.columns = columns;
    this.values = values;
    this.allowance = allowance;
    this.coming = ask(first);
  }

  /** The page could not be had; the cause says why. */
  static final class PageFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PageFailedException(Throwable cause) {
      super(cause);
    }
  }

  @Override
  public @Nullable Object current() {
    return current;
  }

  @Override
  public boolean moveNext() {
    allowance.check();
    while (!page.hasNext()) {
      if (coming == null) {
        if (next == null) {
          return false;
        }
        coming = ask(first.limit(StateQuery.MAX_LIMIT).after(next));
      }
      take(await(coming));
    }
    current = row(page.next());
    return true;
  }

  private void take(StatePage got) {
    boolean isFirst = next == null;
    page = got.instances().iterator();
    next = got.next();
    coming = isFirst || next == null ? null : ask(first.limit(StateQuery.MAX_LIMIT).after(next));
  }

  private CompletableFuture<StatePage> ask(StateQuery query) {
    allowance.check();
    try {
      return source.page(query);
    } catch (RuntimeException refused) {
      throw new PageFailedException(refused);
    }
  }

  private static StatePage await(CompletableFuture<StatePage> page) {
    try {
      return page.get();
    } catch (InterruptedException stopped) {
      throw new CancellationException("The statement was stopped");
    } catch (ExecutionException failed) {
      throw new PageFailedException(Objects.requireNonNullElse(failed.getCause(), failed));
    }
  }

  /** A row with one column is the value itself, as Calcite wants it. */
  private @Nullable Object row(InstanceStates instance) {
    @Nullable Object[] row = new Object[columns.size()];
    for (int at = 0; at < row.length; at++) {
      row[at] = value(instance, columns.get(at));
    }
    if (instance.partial()) {
      allowance.addPartial();
    }
    return row.length == 1 ? row[0] : row;
  }

  private @Nullable Object value(InstanceStates instance, FunctionTable.Column column) {
    String state = column.state();
    if (state == null) {
      return instance.address().id();
    }
    Object value = values.of(column.type(), instance.states().get(state));
    if (values.hadMisfit() || instance.unreadable().containsKey(state)) {
      allowance.addUnreadable(1);
    }
    return value;
  }

  @Override
  public void reset() {
    close();
    coming = ask(first);
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    next = null;
    coming = null;
  }
}
