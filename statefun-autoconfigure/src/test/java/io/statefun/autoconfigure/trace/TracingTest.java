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
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** One trace shows where an event has been, whichever way it went. */
@ExtendWith(OutputCaptureExtension.class)
class TracingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String FROM = "00f067aa0ba902b7";
  private static final String SAMPLED = "00-" + TRACE + "-" + FROM + "-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-" + FROM + "-00";

  @TempDir static Path services;
  @TempDir Path directory;

  private static KafkaBroker broker;
  private static RecordClient records;

  private final String visits = "visits-" + TESTS.incrementAndGet();
  private final String out = visits + "-out";
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();

  @BeforeAll
  static void startBroker() {
    broker = KafkaBroker.start(services.resolve("kafka"));
    records = new RecordClient(broker.bootstrapServers());
  }

  @AfterAll
  static void stopBroker() {
    records.close();
    broker.close();
  }

  @BeforeEach
  void begin() {
    CollectedSpans.forget();
    records.create(visits);
    records.create(out);
  }

  @AfterEach
  void stop() {
    running.forEach(ConfigurableApplicationContext::close);
  }

  @Test
  void oneTraceShowsAnEventsWholePath(CapturedOutput output) {
    start();
    send(SAMPLED, "{\"page\":\"start\"}");

    assertThat(header(written(), "traceparent")).startsWith("00-" + TRACE).endsWith("-01");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(spans("invoke far/third")).hasSize(2));

    SpanData first = span("invoke trace/first", FROM);
    SpanData second = span("invoke trace/second", first.getSpanId());
    SpanData call = span("invoke far/third", second.getSpanId());
    SpanData request = span("http post /statefun", call.getSpanId());
    SpanData third = span("invoke far/third", request.getSpanId());
    assertThat(List.of(first, second, call, request, third))
        .extracting(SpanData::getTraceId)
        .containsOnly(TRACE);
    assertThat(header(written(), "traceparent")).contains(call.getSpanId());
    assertThat(output).contains(TRACE + "-" + first.getSpanId());
  }

  @Test
  void aSpanSaysWhichInstanceHasHandledWhat() {
    start();
    send(SAMPLED, "{\"page\":\"start\"}");
    written();

    SpanData second = spans("invoke trace/second").get(0);
    assertThat(second.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(attribute(second, "function")).isEqualTo("trace/second");
    assertThat(attribute(second, "message")).isEqualTo("io.statefun.types/long");
    assertThat(attribute(second, "outcome")).isEqualTo("success");
    assertThat(attribute(second, "id")).isEqualTo("start");
    assertThat(attribute(second, "caller")).isEqualTo("trace/first/a");
  }

  @Test
  void aDelayedMessageIsPartOfTheTrace() {
    start();
    send(SAMPLED, "{\"page\":\"start\",\"delayMillis\":300}");
    written();

    assertThat(span("invoke trace/second", spans("invoke trace/first").get(0).getSpanId()))
        .extracting(SpanData::getTraceId)
        .isEqualTo(TRACE);
  }

  @Test
  void eachAttemptIsASpanWithItsError() {
    start("--statefun.failure.max-attempts=2", "--statefun.failure.initial-backoff=10ms");
    send(SAMPLED, "{\"page\":\"\"}");

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(spans("invoke trace/first"))
                    .hasSize(2)
                    .allSatisfy(
                        span -> {
                          assertThat(span.getParentSpanId()).isEqualTo(FROM);
                          assertThat(span.getStatus().getStatusCode())
                              .isEqualTo(StatusData.error().getStatusCode());
                          assertThat(attribute(span, "outcome")).isEqualTo("failure");
                        }));
  }

  @Test
  void aCallOverHttpIsPartOfTheTraceOfItsRequest() throws Exception {
    ConfigurableApplicationContext application =
        start("--spring.main.web-application-type=servlet", "--statefun.api.call=trace/first");
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + application.getEnvironment().getProperty("local.server.port")
                        + "/statefun/api/functions/trace/first/a/call"))
            .header("Content-Type", "application/json")
            .header("traceparent", SAMPLED)
            .header("Idempotency-Key", "k")
            .POST(HttpRequest.BodyPublishers.ofString("{\"page\":\"start\"}"))
            .build();

    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    written();

    SpanData first = spans("invoke trace/first").get(0);
    assertThat(first.getTraceId()).isEqualTo(TRACE);
    SpanData parent =
        CollectedSpans.all().stream()
            .filter(span -> span.getSpanId().equals(first.getParentSpanId()))
            .findFirst()
            .orElseThrow();
    assertThat(parent.getKind()).isEqualTo(SpanKind.SERVER);
  }

  @Test
  void whatIsNotSampledIsPassedOnAndNotKept() {
    start();
    send(UNSAMPLED, "{\"page\":\"start\"}");

    assertThat(header(written(), "traceparent")).startsWith("00-" + TRACE).endsWith("-00");
    assertThat(CollectedSpans.all()).isEmpty();
  }

  @Test
  void samplingIsThatOfTheApplication() {
    start("--management.tracing.sampling.probability=0");
    send(null, "{\"page\":\"start\"}");

    assertThat(header(written(), "traceparent")).endsWith("-00");
    assertThat(CollectedSpans.all()).isEmpty();
  }

  @Test
  void theFormIsThatOfTheApplication() {
    start("--management.tracing.propagation.type=b3");
    records.send(
        new ProducerRecord<>(visits, "a", "{\"page\":\"start\"}"), "b3", TRACE + "-" + FROM + "-1");

    assertThat(header(written(), "b3")).startsWith(TRACE);
    assertThat(spans("invoke trace/first").get(0).getParentSpanId()).isEqualTo(FROM);
  }

  @Test
  void nothingIsTracedIfItIsTurnedOff() {
    ConfigurableApplicationContext application = start("--statefun.tracing.enabled=false");
    send(SAMPLED, "{\"page\":\"start\"}");

    assertThat(written().headers().lastHeader("traceparent")).isNull();
    assertThat(spans("invoke trace/first")).isEmpty();
    assertThat(application.getBeanProvider(Tracing.class).getIfAvailable()).isNull();
    assertThat(application.getBeanProvider(RecentInvocations.class).getIfAvailable()).isNull();
  }

  @Test
  void theLastInvocationsAreRemembered() {
    ConfigurableApplicationContext application = start();
    send(SAMPLED, "{\"page\":\"start\"}");
    written();

    List<RecentInvocation> last =
        application.getBean(RecentInvocations.class).of(Address.of("trace/second", "start"), 10);
    assertThat(last).hasSize(1);
    RecentInvocation invocation = last.get(0);
    assertThat(invocation.caller()).isEqualTo(Address.of("trace/first", "a"));
    assertThat(invocation.traceId()).isEqualTo(TRACE);
    assertThat(invocation.sampled()).isTrue();
    assertThat(invocation.failure()).isNull();
    assertThat(invocation.duration()).isPositive();
  }

  @Test
  void observationsMakeNoSecondMeters() {
    ConfigurableApplicationContext application = start();
    send(SAMPLED, "{\"page\":\"start\"}");
    written();

    assertThat(application.getBean(MeterRegistry.class).getMeters())
        .extracting(meter -> meter.getId().getName())
        .contains("statefun.invocations")
        .doesNotContain("statefun.invocation", "statefun.invocation.active");
  }

  private ConfigurableApplicationContext start(String... arguments) {
    ConfigurableApplicationContext far =
        run(
            FarApplication.class,
            List.of(
                "--spring.main.web-application-type=servlet",
                "--server.port=0",
                "--statefun.engine.enabled=false",
                "--statefun.endpoint.enabled=true"),
            arguments);
    return run(
        NearApplication.class,
        List.of(
            "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "--server.port=0",
            "--statefun.partitions=4",
            "--statefun.data-directory=" + directory.resolve("local"),
            "--statefun.snapshot.file.directory=" + directory.resolve("store"),
            "--statefun.kafka.ingress[0].topics=" + visits,
            "--statefun.kafka.ingress[0].type=" + NearApplication.Visit.class.getName(),
            "--statefun.kafka.ingress[0].target=trace/first",
            "--statefun.kafka.egress[0].name=trace/out",
            "--statefun.kafka.egress[0].topic=" + out,
            "--statefun.remote.endpoints.far.functions=far/third",
            "--statefun.remote.endpoints.far.access.egresses=trace/out",
            "--statefun.remote.endpoints.far.url=http://127.0.0.1:"
                + far.getEnvironment().getProperty("local.server.port")
                + "/statefun"),
        arguments);
  }

  private ConfigurableApplicationContext run(
      Class<?> application, List<String> own, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.application.name=" + visits,
                "--spring.main.banner-mode=off",
                "--statefun.tracing.enabled=true",
                "--management.tracing.sampling.probability=1"));
    all.addAll(own);
    for (String argument : arguments) {
      String name = argument.substring(0, argument.indexOf('=') + 1);
      all.removeIf(other -> other.startsWith(name) && !own.contains(other));
      if (own.stream().noneMatch(other -> other.startsWith(name))) {
        all.add(argument);
      }
    }
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(application).run(all.toArray(String[]::new));
    running.add(context);
    return context;
  }

  private void send(@Nullable String traceparent, String visit) {
    records.send(new ProducerRecord<>(visits, "a", visit), "traceparent", traceparent);
  }

  private ConsumerRecord<String, String> written() {
    await().atMost(PATIENCE).until(() -> !records.read(out).isEmpty());
    assertThat(records.read(out)).hasSize(1);
    return records.read(out).get(0);
  }

  private static String header(ConsumerRecord<String, String> one, String name) {
    Header header = Objects.requireNonNull(one.headers().lastHeader(name), name);
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  private static List<SpanData> spans(String name) {
    return CollectedSpans.all().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private static SpanData span(String name, String parent) {
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
