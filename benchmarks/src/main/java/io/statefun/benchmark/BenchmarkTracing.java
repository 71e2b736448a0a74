/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.statefun.autoconfigure.trace.ObservedTracing;
import io.statefun.autoconfigure.trace.RecentInvocations;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** Tracing as Spring Boot sets it up with OpenTelemetry, but that spans are thrown away at last. */
final class BenchmarkTracing implements AutoCloseable {

  private static final int REMEMBERED = 10_000;

  private final Discarder discarder = new Discarder();
  private final SdkTracerProvider provider;
  private final ObservedTracing tracing;
  private final boolean sampled;

  /**
   * @param sampled whether all spans are kept, or none
   */
  BenchmarkTracing(boolean sampled) {
    this.sampled = sampled;
    provider =
        SdkTracerProvider.builder()
            .setSampler(Sampler.parentBased(sampled ? Sampler.alwaysOn() : Sampler.alwaysOff()))
            .addSpanProcessor(BatchSpanProcessor.builder(discarder).build())
            .build();
    Tracer spans = provider.get("benchmark");
    OtelTracer tracer = new OtelTracer(spans, new OtelCurrentTraceContext(), event -> {});
    OtelPropagator propagator =
        new OtelPropagator(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance()), spans);
    ObservationRegistry registry = ObservationRegistry.create();
    registry
        .observationConfig()
        .observationHandler(
            new io.micrometer.observation.ObservationHandler
                .FirstMatchingCompositeObservationHandler(
                new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                new DefaultTracingObservationHandler(tracer)));
    tracing =
        new ObservedTracing(registry, tracer, propagator, null, new RecentInvocations(REMEMBERED));
  }

  ObservedTracing tracing() {
    return tracing;
  }

  /** Whether spans came out if they are kept, and none otherwise. */
  boolean isCorrect() {
    return sampled == discarder.count.get() > 0;
  }

  @Override
  public void close() {
    provider.close();
  }

  private static final class Discarder implements SpanExporter {

    private final AtomicLong count = new AtomicLong();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      count.addAndGet(spans.size());
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
