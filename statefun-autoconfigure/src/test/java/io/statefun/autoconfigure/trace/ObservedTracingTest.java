/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.trace.InvocationSpan;
import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TracedInvocation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObservedTracingTest {

  private static final String FIRST = "11111111111111111111111111111111";
  private static final String SECOND = "22222222222222222222222222222222";
  private static final String SENDER = "00f067aa0ba902b7";
  private static final TypeName FUNCTION = TypeName.of("far", "stock");

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
  private final ObservedTracing tracing = tracing(provider.get("test"));

  private static ObservedTracing tracing(Tracer spans) {
    OtelTracer tracer = new OtelTracer(spans, new OtelCurrentTraceContext(), event -> {});
    OtelPropagator propagator =
        new OtelPropagator(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance()), spans);
    ObservationRegistry registry = ObservationRegistry.create();
    registry
        .observationConfig()
        .observationHandler(
            new FirstMatchingCompositeObservationHandler(
                new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                new DefaultTracingObservationHandler(tracer)));
    return new ObservedTracing(registry, tracer, propagator, null, new RecentInvocations(10));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private static TraceCarrier of(String trace) {
    String place = "00-" + trace + "-" + SENDER + "-01";
    return field -> field.equals("traceparent") ? place : null;
  }

  private InvocationSpan call(TraceCarrier... messages) {
    return tracing.begin(
        new TracedInvocation(
            FUNCTION,
            Address.of(FUNCTION, "book"),
            null,
            TypeName.of("test", "order"),
            List.of(messages),
            true));
  }

  private SpanData spanIn(String trace) {
    List<SpanData> found =
        spans.getFinishedSpanItems().stream()
            .filter(span -> span.getTraceId().equals(trace))
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static String batchTrace(SpanData span) {
    return span.getAttributes().get(AttributeKey.stringKey("batch.trace"));
  }

  @Test
  void aCallOfSeveralTracesIsASpanOfEach() {
    call(of(FIRST), of(SECOND)).end(null);

    assertThat(spanIn(FIRST).getParentSpanId()).isEqualTo(SENDER);
    assertThat(spanIn(SECOND).getParentSpanId()).isEqualTo(SENDER);
    assertThat(batchTrace(spanIn(FIRST))).isNull();
    assertThat(batchTrace(spanIn(SECOND))).isEqualTo(FIRST);
  }

  @Test
  void whatACallOfSeveralTracesSendsIsInTheFirst() {
    InvocationSpan span = call(of(FIRST), of(SECOND));

    assertThat(span.context().fields().get("traceparent")).startsWith("00-" + FIRST);
    span.end(null);
  }

  @Test
  void aCallWhoseFirstMessagesAreInNoTraceIsInThatOfTheNext() {
    InvocationSpan span = call(field -> null, of(SECOND));

    assertThat(span.context().fields().get("traceparent")).startsWith("00-" + SECOND);
    span.end(null);
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void aCallThatFailsHasFailedInAllItsTraces() {
    call(of(FIRST), of(SECOND)).end(new IllegalStateException("away"));

    assertThat(spans.getFinishedSpanItems())
        .hasSize(2)
        .allSatisfy(
            span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
  }
}
