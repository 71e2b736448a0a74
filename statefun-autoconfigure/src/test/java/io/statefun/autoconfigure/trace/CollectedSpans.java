/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where the spans of all applications of a test go, as if to one collector. */
public final class CollectedSpans {

  private static final List<InMemorySpanExporter> EXPORTERS = new CopyOnWriteArrayList<>();

  private CollectedSpans() {}

  /** Collects the spans of an application, until it ends. */
  public static SpanProcessor processor() {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    EXPORTERS.add(exporter);
    return SimpleSpanProcessor.create(exporter);
  }

  static List<SpanData> all() {
    return EXPORTERS.stream()
        .flatMap(exporter -> exporter.getFinishedSpanItems().stream())
        .toList();
  }
}
