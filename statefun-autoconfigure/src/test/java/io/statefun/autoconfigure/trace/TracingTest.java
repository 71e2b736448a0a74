/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.statefun.autoconfigure.trace.far.FarApplication;
import io.statefun.autoconfigure.trace.near.NearApplication;
import io.statefun.message.Address;
import io.statefun.services.KafkaBroker;
import io.statefun.trace.Tracing;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** One trace shows where an event has been, whichever way it went. */
class TracingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final String FROM = "00f067aa0ba902b7";

  @TempDir static Path directory;

  private static KafkaBroker broker;
  private static RecordClient records;
  private static Applications usual;

  private final int number = TESTS.incrementAndGet();
  private final String trace = "%032x".formatted(0x4bf92f3577b34daL + number);
  private final String page = "page-" + number;
  private final List<Applications> started = new ArrayList<>();

  @BeforeAll
  static void begin() {
    broker = KafkaBroker.start(directory.resolve("kafka"));
    records = new RecordClient(broker.bootstrapServers());
    usual =
        new Applications(
            "usual",
            "--spring.main.web-application-type=servlet",
            "--statefun.api.call=trace/first",
            "--statefun.failure.max-attempts=2",
            "--statefun.failure.initial-backoff=10ms");
  }

  @AfterAll
  static void end() {
    usual.close();
    records.close();
    broker.close();
  }

  @AfterEach
  void stop() {
    started.forEach(Applications::close);
  }

  @Test
  void oneTraceShowsAnEventsWholePath() {
    ConsumerRecord<String, String> written = sendAndAwait(0);

    assertThat(header(written, "traceparent")).startsWith("00-" + trace).endsWith("-01");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(spans("invoke far/third")).hasSize(2));
    SpanData first = span("invoke trace/first", FROM);
    SpanData second = span("invoke trace/second", first.getSpanId());
    SpanData call = span("invoke far/third", second.getSpanId());
    SpanData request = span("http post /statefun", call.getSpanId());
    SpanData third = span("invoke far/third", request.getSpanId());
    assertThat(third.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(call.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(header(written, "traceparent")).contains(call.getSpanId());
    assertThat(NearApplication.logged(page)).isEqualTo(trace + "-" + first.getSpanId());
  }

  @Test
  void aSpanSaysWhichInstanceHasHandledWhat() {
    sendAndAwait(0);

    SpanData second = only("invoke trace/second");
    assertThat(second.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(attribute(second, "function")).isEqualTo("trace/second");
    assertThat(attribute(second, "message")).isEqualTo("io.statefun.types/long");
    assertThat(attribute(second, "outcome")).isEqualTo("success");
    assertThat(attribute(second, "id")).isEqualTo(page);
    assertThat(attribute(second, "caller")).isEqualTo("trace/first/a");
  }

  @Test
  void aDelayedMessageIsPartOfTheTrace() {
    sendAndAwait(300);

    assertThat(only("invoke trace/second").getParentSpanId())
        .isEqualTo(only("invoke trace/first").getSpanId());
  }

  @Test
  void eachAttemptIsASpanWithItsError() {
    usual.send("{\"page\":\"\"}", "traceparent", sampled());

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(spans("invoke trace/first")).hasSize(2));
    assertThat(spans("invoke trace/first"))
        .allSatisfy(
            span -> {
              assertThat(span.getParentSpanId()).isEqualTo(FROM);
              assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
              assertThat(attribute(span, "outcome")).isEqualTo("failure");
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCallOverHttpIsPartOfTheTraceOfItsRequest(boolean withKey) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + Applications.port(usual.near)
                        + "/statefun/api/functions/trace/first/a/call"))
            .header("Content-Type", "application/json")
            .header("traceparent", sampled())
            .POST(HttpRequest.BodyPublishers.ofString(visit()));
    if (withKey) {
      request.header("Idempotency-Key", page);
    }

    assertThat(
            HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);

    usual.written("traceparent", trace);
    SpanData first = only("invoke trace/first");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(CollectedSpans.all())
                    .filteredOn(span -> span.getSpanId().equals(first.getParentSpanId()))
                    .extracting(SpanData::getKind)
                    .containsExactly(SpanKind.SERVER));
  }

  @Test
  void whatIsNotSampledIsPassedOnAndNotKept() {
    usual.send(visit(), "traceparent", "00-" + trace + "-" + FROM + "-00");

    assertThat(header(usual.written("traceparent", trace), "traceparent")).endsWith("-00");
    assertThat(all()).isEmpty();
  }

  @Test
  void samplingIsThatOfTheApplication() {
    Applications applications = start("unsampled", "--management.tracing.sampling.probability=0");
    applications.send(visit(), "traceparent", null);

    assertThat(header(applications.written("traceparent", "00-"), "traceparent")).endsWith("-00");
  }

  @Test
  void theFormIsThatOfTheApplication() {
    Applications applications = start("b3", "--management.tracing.propagation.type=b3");
    applications.send(visit(), "b3", trace + "-" + FROM + "-1");

    applications.written("b3", trace);
    assertThat(only("invoke trace/first").getParentSpanId()).isEqualTo(FROM);
  }

  @Test
  void nothingIsTracedIfItIsTurnedOff() {
    Applications applications = start("off", "--statefun.tracing.enabled=false");
    applications.send(visit(), "traceparent", sampled());

    await().atMost(PATIENCE).until(() -> !records.read(applications.out).isEmpty());
    assertThat(records.read(applications.out).get(0).headers().lastHeader("traceparent")).isNull();
    assertThat(spans("invoke trace/first")).isEmpty();
    assertThat(applications.near.getBeanProvider(Tracing.class).getIfAvailable()).isNull();
    assertThat(applications.near.getBeanProvider(RecentInvocations.class).getIfAvailable())
        .isNull();
  }

  @Test
  void theLastInvocationsAreRemembered() {
    sendAndAwait(0);

    List<RecentInvocation> last =
        usual.near.getBean(RecentInvocations.class).of(Address.of("trace/second", page), 10);
    assertThat(last).hasSize(1);
    RecentInvocation invocation = last.get(0);
    assertThat(invocation.caller()).isEqualTo(Address.of("trace/first", "a"));
    assertThat(invocation.traceId()).isEqualTo(trace);
    assertThat(invocation.sampled()).isTrue();
    assertThat(invocation.failure()).isNull();
    assertThat(invocation.duration()).isPositive();
  }

  @Test
  void observationsMakeNoSecondMeters() {
    sendAndAwait(0);

    assertThat(usual.near.getBean(MeterRegistry.class).getMeters())
        .extracting(meter -> meter.getId().getName())
        .contains("statefun.async.inflight")
        .doesNotContain("statefun.invocation", "statefun.invocation.active");
  }

  /** Two applications, the second of which has a function for the first, and topics. */
  private static final class Applications implements AutoCloseable {

    private final String visits;
    private final String out;
    private final ConfigurableApplicationContext far;
    private final ConfigurableApplicationContext near;

    Applications(String name, String... arguments) {
      visits = name + "-visits";
      out = name + "-out";
      records.create(visits);
      records.create(out);
      far =
          run(
              FarApplication.class,
              List.of(
                  "--spring.main.web-application-type=servlet",
                  "--statefun.engine.enabled=false",
                  "--statefun.endpoint.enabled=true"),
              Stream.of(arguments).filter(one -> one.startsWith("--management")).toList());
      near =
          run(
              NearApplication.class,
              List.of(
                  "--spring.application.name=" + name,
                  "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                  "--statefun.partitions=4",
                  "--statefun.data-directory=" + directory.resolve(name + "-local"),
                  "--statefun.snapshot.file.directory=" + directory.resolve(name + "-store"),
                  "--statefun.kafka.ingress[0].topics=" + visits,
                  "--statefun.kafka.ingress[0].type=" + NearApplication.Visit.class.getName(),
                  "--statefun.kafka.ingress[0].target=trace/first",
                  "--statefun.kafka.egress[0].name=trace/out",
                  "--statefun.kafka.egress[0].topic=" + out,
                  "--statefun.remote.endpoints.far.functions=far/third",
                  "--statefun.remote.endpoints.far.access.egresses=trace/out",
                  "--statefun.remote.endpoints.far.url=http://127.0.0.1:"
                      + port(far)
                      + "/statefun"),
              List.of(arguments));
    }

    private static ConfigurableApplicationContext run(
        Class<?> application, List<String> own, List<String> arguments) {
      List<String> all = new ArrayList<>();
      if (arguments.stream().noneMatch(one -> one.startsWith("--statefun.tracing.enabled"))) {
        all.add("--statefun.tracing.enabled=true");
      }
      if (arguments.stream().noneMatch(one -> one.contains("sampling.probability"))) {
        all.add("--management.tracing.sampling.probability=1");
      }
      all.addAll(List.of("--spring.main.banner-mode=off", "--server.port=0"));
      all.addAll(own);
      all.addAll(arguments);
      return new SpringApplicationBuilder(application).run(all.toArray(String[]::new));
    }

    private static String port(ConfigurableApplicationContext context) {
      return Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port"));
    }

    void send(String visit, String header, @Nullable String place) {
      records.send(new ProducerRecord<>(visits, "a", visit), header, place);
    }

    /** The record that has come out with something in a header. */
    ConsumerRecord<String, String> written(String header, String part) {
      await()
          .atMost(PATIENCE)
          .until(() -> records.read(out).stream().anyMatch(one -> has(one, header, part)));
      return records.read(out).stream()
          .filter(one -> has(one, header, part))
          .findFirst()
          .orElseThrow();
    }

    private static boolean has(ConsumerRecord<String, String> one, String header, String part) {
      return one.headers().lastHeader(header) != null && header(one, header).contains(part);
    }

    @Override
    public void close() {
      near.close();
      far.close();
    }
  }

  private Applications start(String name, String... arguments) {
    Applications applications = new Applications(name, arguments);
    started.add(applications);
    return applications;
  }

  private String sampled() {
    return "00-" + trace + "-" + FROM + "-01";
  }

  private String visit() {
    return visit(0);
  }

  private String visit(long delayMillis) {
    return "{\"page\":\"" + page + "\",\"delayMillis\":" + delayMillis + "}";
  }

  private ConsumerRecord<String, String> sendAndAwait(long delayMillis) {
    usual.send(visit(delayMillis), "traceparent", sampled());
    return usual.written("traceparent", trace);
  }

  private static String header(ConsumerRecord<String, String> one, String name) {
    Header header = Objects.requireNonNull(one.headers().lastHeader(name), name);
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  /** The spans of the test's trace. */
  private List<SpanData> all() {
    return CollectedSpans.all().stream().filter(span -> span.getTraceId().equals(trace)).toList();
  }

  private List<SpanData> spans(String name) {
    return all().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private SpanData only(String name) {
    assertThat(spans(name)).hasSize(1);
    return spans(name).get(0);
  }

  private SpanData span(String name, String parent) {
    assertThat(spans(name)).extracting(SpanData::getParentSpanId).contains(parent);
    return spans(name).stream()
        .filter(span -> span.getParentSpanId().equals(parent))
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable String attribute(SpanData span, String name) {
    return span.getAttributes().get(AttributeKey.stringKey(name));
  }
}
