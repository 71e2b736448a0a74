/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.statefun.autoconfigure.Router;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.engine.DeadLetter;
import io.statefun.engine.DeadLetters;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.MessageHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.io.DeadLetterHeaders;
import io.statefun.message.Address;
import io.statefun.message.SerializationException;
import io.statefun.services.KafkaBroker;
import io.statefun.snapshot.SnapshotStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.util.FileSystemUtils;

class KafkaApplicationTest {

  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> COUNTERS =
      IntStream.range(0, 20).mapToObj(i -> "counter-" + i).toList();

  @TempDir static Path services;
  @TempDir Path directory;

  private static KafkaBroker broker;
  private static Topics topics;

  private final String application = "counter-" + TESTS.incrementAndGet();
  private final String hits = application + "-hits";
  private final String totals = application + "-totals";
  private final List<ConfigurableApplicationContext> running = new ArrayList<>();

  @BeforeAll
  static void startBroker() {
    broker = KafkaBroker.start(services.resolve("kafka"));
    topics = new Topics(broker.bootstrapServers());
  }

  @AfterAll
  static void stopBroker() {
    topics.close();
    broker.close();
  }

  @BeforeEach
  void createTopics() {
    topics.create(hits, 2);
    topics.create(totals, 2);
  }

  @AfterEach
  void stopApplications() {
    running.forEach(ConfigurableApplicationContext::close);
  }

  @Test
  void recordsOfATopicReachFunctionsAndTheirRecordsAnotherTopic() {
    start();
    topics.send(hits, "a", "{\"page\":\"start\",\"weight\":2}");
    topics.send(hits, "a", "{\"page\":\"start\",\"weight\":3}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 2);
    assertThat(topics.values(totals))
        .containsExactly(
            "{\"page\":\"a\",\"sum\":2,\"count\":1}", "{\"page\":\"a\",\"sum\":5,\"count\":2}");
    assertThat(topics.read(totals)).extracting(ConsumerRecord::key).containsOnly("a");
  }

  @Test
  void recordsOfATransactionThatWasGivenUpAreNotRead() {
    start();
    topics.sendAndAbort(hits, "a", "{\"weight\":100}");
    topics.send(hits, "a", "{\"weight\":1}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() >= 1);
    assertThat(topics.values(totals)).hasSize(1).first().asString().contains("\"sum\":1,");
  }

  @Test
  void headersReachTheHandler() {
    start();
    ProducerRecord<String, String> hit = new ProducerRecord<>(hits, "a", "{\"weight\":1}");
    hit.headers().add("trace", "t-1".getBytes(StandardCharsets.UTF_8));
    topics.send(hit);

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    assertThat(Topics.header(topics.read(totals).get(0), "trace")).isEqualTo("t-1");
  }

  @Test
  void anApplicationGoesOnWhereItWasStopped() {
    ConfigurableApplicationContext first = start();
    topics.send(hits, "a", "{\"weight\":1}");
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    first.close();
    topics.send(hits, "a", "{\"weight\":10}");

    start();

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 2);
    assertThat(topics.values(totals).get(1)).contains("\"sum\":11,\"count\":2");
  }

  @Test
  void aRecordThatCannotBeReadGoesToTheDeadLetterTopicAndStopsNobody() {
    topics.create(hits + "-dlt", 1);
    start();
    ProducerRecord<String, String> broken = new ProducerRecord<>(hits, "a", "no JSON");
    broken.headers().add("trace", "t-1".getBytes(StandardCharsets.UTF_8));
    // As if it came from a topic of dead letters.
    broken.headers().add(DeadLetterHeaders.TYPE, "x/y".getBytes(StandardCharsets.UTF_8));
    topics.send(broken);
    topics.send(hits, "a", "{\"weight\":1}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    ConsumerRecord<String, String> dead = topics.read(hits + "-dlt").get(0);
    assertThat(dead.key()).isEqualTo("a");
    assertThat(dead.value()).isEqualTo("no JSON");
    assertThat(Topics.header(dead, "trace")).isEqualTo("t-1");
    assertThat(Topics.header(dead, KafkaHeaders.DLT_ORIGINAL_TOPIC)).isEqualTo(hits);
    assertThat(Topics.header(dead, KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP))
        .isEqualTo(application);
    assertThat(Topics.header(dead, KafkaHeaders.DLT_EXCEPTION_FQCN))
        .isEqualTo(SerializationException.class.getName());
  }

  @Test
  void aRecordWithoutValueReachesARouterOfWholeRecords() {
    run(
        List.of(CounterApplication.class, Deletions.class),
        "statefun.kafka.ingress[0].tombstones=route");
    topics.send(hits, "a", "{\"weight\":5}");
    topics.send(new ProducerRecord<>(hits, "a", null));

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 2);
    assertThat(topics.values(totals).get(1)).contains("\"sum\":105,\"count\":2");
  }

  /** Counts a deletion for a hundred. */
  @Configuration(proxyBeanMethods = false)
  static class Deletions {

    @Bean
    Router<ConsumerRecord<byte[], CounterApplication.@Nullable Hit>> hits() {
      return (one, routes) -> {
        CounterApplication.Hit hit = one.value();
        String id = new String(one.key(), StandardCharsets.UTF_8);
        routes.send(
            "test/counter", id, hit == null ? new CounterApplication.Hit("deleted", 100) : hit);
      };
    }
  }

  @Test
  void withoutADeadLetterTopicSuchARecordStopsNobodyEither() {
    start();
    topics.send(hits, "a", "no JSON");
    topics.send(hits, "a", "{\"weight\":1}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
  }

  @Test
  void aMessageThatCannotBeHandledLeavesForATopicWithItsBytesItsHeadersAndItsCause() {
    String letters = application + "-dead-letters";
    topics.create(letters, 1);
    StateFunEngine engine = startBroken(letters, false);
    ProducerRecord<String, String> hit = new ProducerRecord<>(hits, "a", "{\"weight\":1}");
    hit.headers().add("trace", "t-1".getBytes(StandardCharsets.UTF_8));
    hit.headers().add(KafkaHeaders.TOPIC, totals.getBytes(StandardCharsets.UTF_8));
    topics.send(hit);

    await().atMost(PATIENCE).until(() -> topics.read(letters).size() == 1);
    ConsumerRecord<String, String> letter = topics.read(letters).get(0);
    assertThat(letter.key()).isEqualTo("a");
    assertThat(letter.value()).contains("\"weight\":1");
    assertThat(Topics.header(letter, "trace")).isEqualTo("t-1");
    assertThat(Topics.header(letter, KafkaHeaders.TOPIC)).isEqualTo(totals);
    assertThat(Topics.header(letter, DeadLetterHeaders.TARGET)).isEqualTo("test/broken/a");
    assertThat(Topics.header(letter, DeadLetterHeaders.CAUSE)).contains("out of order");
    assertThat(topics.read(totals)).isEmpty();
    assertThat(letters(engine)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMessageForWhichThatTopicIsMissingIsOnceInTheState(boolean keep) {
    StateFunEngine engine = startBroken(application + "-missing", keep);
    topics.send(hits, "a", "{\"weight\":1}");

    await().atMost(PATIENCE).until(() -> !letters(engine).isEmpty());
    assertThat(letters(engine))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.target()).isEqualTo(Address.of("test/broken", "a"));
              assertThat(letter.cause()).contains("out of order");
              assertThat(letter.cause().contains(application + "-missing")).isNotEqualTo(keep);
            });
  }

  private static List<DeadLetter> letters(StateFunEngine engine) {
    return engine.deadLetters().list(10).join().letters().stream()
        .map(DeadLetters.Stored::letter)
        .toList();
  }

  private StateFunEngine startBroken(String letters, boolean keep) {
    return run(
            List.of(CounterApplication.class),
            "statefun.kafka.ingress[0].target=test/broken",
            "statefun.failure.max-attempts=1",
            "statefun.dead-letters.egress=test/dead-letters",
            "statefun.dead-letters.keep=" + keep,
            "statefun.kafka.egress[1].name=test/dead-letters",
            "statefun.kafka.egress[1].topic=" + letters)
        .getBean(StateFunEngine.class);
  }

  @StatefulFunction("test/broken")
  static class Broken {

    @MessageHandler
    void on(CounterApplication.Hit hit) {
      throw new IllegalStateException("out of order");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exactly-once", "at-least-once"})
  void aRecordThatIsTooLargeStopsNobody(String guarantee) {
    start(
        "spring.kafka.producer.properties[max.request.size]=50000",
        "statefun.kafka.egress[0].guarantee=" + guarantee);
    ProducerRecord<String, String> large = new ProducerRecord<>(hits, "a", "{\"weight\":1}");
    large.headers().add("ballast", new byte[100_000]);
    topics.send(large);
    topics.send(hits, "a", "{\"weight\":10}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() >= 1);
    assertThat(topics.values(totals)).hasSize(1).first().asString().contains("\"count\":2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exactly-once", "at-least-once"})
  void aRecordForATopicThatIsMissingStopsNobody(String guarantee) {
    String absent = application + "-absent";
    ConfigurableApplicationContext context =
        start(
            "spring.kafka.producer.properties[max.block.ms]=1000",
            "statefun.kafka.egress[0].topic=" + absent,
            "statefun.kafka.egress[0].guarantee=" + guarantee);
    topics.send(hits, "a", "{\"weight\":1}");
    // A moment, as an epoch may be about to end.
    await()
        .during(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(() -> hasHandledAndCommitted(context, 1));

    topics.create(absent, 1);
    topics.send(hits, "a", "{\"weight\":10}");

    await().atMost(PATIENCE).until(() -> topics.read(absent).size() >= 1);
    assertThat(topics.values(absent)).hasSize(1).first().asString().contains("\"count\":2");
  }

  private static boolean hasHandledAndCommitted(
      ConfigurableApplicationContext context, int invocations) {
    EngineStatus status = context.getBean(StateFunEngine.class).status();
    return status.invocations() == invocations
        && status.commitWaiting().isZero()
        && status.unacknowledgedRecords() == 0;
  }

  @Test
  void theMetersOfKafkasClientsAreThoseOfSpringBoot() {
    ConfigurableApplicationContext context =
        run(
            List.of(CounterApplication.class, Metered.class),
            "statefun.kafka.ingress[0].target=test/counter");
    topics.send(hits, "a", "{\"weight\":1}");
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);

    MeterRegistry registry = context.getBean(MeterRegistry.class);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              assertThat(consumed(registry)).isPositive();
              assertThat(registry.get("kafka.producer.record.send.total").functionCounters())
                  .isNotEmpty();
            });
    context.close();
    assertThat(registry.find("kafka.producer.record.send.total").functionCounters()).isEmpty();
  }

  private static long handled(ConfigurableApplicationContext application) {
    return application.getBean(StateFunEngine.class).status().invocations();
  }

  private static double consumed(MeterRegistry registry) {
    return registry
        .get("kafka.consumer.fetch.manager.records.consumed.total")
        .functionCounters()
        .stream()
        .mapToDouble(FunctionCounter::count)
        .sum();
  }

  @Configuration(proxyBeanMethods = false)
  static class Metered {

    @Bean
    MeterRegistry meterRegistry() {
      return new SimpleMeterRegistry();
    }
  }

  @Test
  void anotherProcessTakesItsShareAndGoesOnWithAllOfItWhenTheFirstIsGone() {
    String shared = "statefun.snapshot.file.lock=false";
    ConfigurableApplicationContext first = start(shared);
    topics.send(hits, "a", "{\"weight\":1}");
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    ConfigurableApplicationContext second =
        start(shared, "statefun.data-directory=" + directory.resolve("other"));
    await().atMost(PATIENCE).until(() -> state(second) == EngineStatus.State.RUNNING);
    for (String counter : COUNTERS) {
      topics.send(hits, counter, "{\"weight\":5}");
    }
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1 + COUNTERS.size());
    await().atMost(PATIENCE).until(() -> handled(first) > 0 && handled(second) > 0);

    first.close();
    topics.send(hits, "a", "{\"weight\":10}");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 2 + COUNTERS.size());
    assertThat(topics.values(totals))
        .anySatisfy(total -> assertThat(total).contains("\"sum\":11,\"count\":2"));
    assertThat(state(second)).isEqualTo(EngineStatus.State.RUNNING);
  }

  @Test
  void aProcessKeepsCopiesOfWhatAnotherHasAndGoesOnWithThem() {
    String[] settings = {
      "statefun.snapshot.file.lock=false",
      "statefun.standby.copies=1",
      "statefun.standby.interval=50ms"
    };
    ConfigurableApplicationContext first = start(settings);
    List<String> elsewhere = new ArrayList<>(List.of(settings));
    elsewhere.add("statefun.data-directory=" + directory.resolve("other"));
    ConfigurableApplicationContext second = start(elsewhere.toArray(String[]::new));
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == COUNTERS.size());
    EngineStatus.Standby current = new EngineStatus.Standby(2, 2, 0, 0, 0);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(List.of(status(first).standby(), status(second).standby()))
                    .containsOnly(current));

    first.close();
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));

    await().atMost(PATIENCE).until(() -> countersWithSumOf(2) == COUNTERS.size());
    assertThat(status(second).partitions()).isEqualTo(4);
    assertThat(status(second).standby()).isEqualTo(EngineStatus.Standby.NONE);
  }

  @Test
  void whoComesGetsPartitionsOnlyWhenItHasTheirStateAndIsNotReadyBefore() {
    String[] settings = {
      "statefun.snapshot.file.lock=false",
      "statefun.standby.copies=1",
      "statefun.standby.interval=50ms",
      "statefun.kafka.ingress[0].target=test/counter"
    };
    ConfigurableApplicationContext first = run(List.of(CounterApplication.class), settings);
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));
    await().atMost(PATIENCE).until(() -> countersWithSumOf(1) == COUNTERS.size());
    List<String> elsewhere = new ArrayList<>(List.of(settings));
    elsewhere.add("statefun.data-directory=" + directory.resolve("other"));
    ConfigurableApplicationContext second =
        run(
            List.of(CounterApplication.class, HeldUpCopies.class),
            elsewhere.toArray(String[]::new));
    await().atMost(PATIENCE).until(() -> status(second).standby().warmingUp() == 2);
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));
    await().atMost(PATIENCE).until(() -> countersWithSumOf(2) == COUNTERS.size());
    assertThat(state(second)).isEqualTo(EngineStatus.State.STANDBY);
    assertThat(status(first).partitions()).isEqualTo(4);
    assertThat(health(second, "readiness")).isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(health(second, "liveness")).isEqualTo(Status.UP);

    second.getBean(HeldUpCopies.Gate.class).mayCopy.countDown();
    AtomicInteger sum = new AtomicInteger(2);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              // Some are on their way while partitions are.
              COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));
              sum.incrementAndGet();
              return status(first).partitions() == 2 && status(second).partitions() == 2;
            });
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));

    await().atMost(PATIENCE).until(() -> countersWithSumOf(sum.get() + 1) == COUNTERS.size());
    assertThat(topics.values(totals)).doesNotHaveDuplicates();
    assertThat(handled(second)).isPositive();
    assertThat(status(second).standby().warmingUp()).isZero();
    assertThat(health(second, "readiness")).isEqualTo(Status.UP);
  }

  private static Status health(ConfigurableApplicationContext context, String group) {
    HealthEndpoint endpoint = context.getBean(HealthEndpoint.class);
    return Objects.requireNonNull(endpoint.healthForPath(group)).getStatus();
  }

  @Configuration(proxyBeanMethods = false)
  static class HeldUpCopies {

    @Bean
    static Gate gate() {
      return new Gate();
    }

    /** Has no copies brought up to date until it may. */
    static class Gate implements BeanPostProcessor {

      final CountDownLatch mayCopy = new CountDownLatch(1);

      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof SnapshotStore store ? heldUp(store) : bean;
      }

      private Object heldUp(SnapshotStore store) {
        return Proxy.newProxyInstance(
            SnapshotStore.class.getClassLoader(),
            new Class<?>[] {SnapshotStore.class},
            (proxy, method, arguments) -> {
              if (Thread.currentThread().getName().equals("statefun-standby")) {
                mayCopy.await();
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
      }
    }
  }

  private static EngineStatus status(ConfigurableApplicationContext context) {
    return context.getBean(StateFunEngine.class).status();
  }

  @Test
  void aMessageThatIsTooLargeForAnotherProcessStopsNobody() {
    String[] shared = {
      "statefun.snapshot.file.lock=false",
      "spring.kafka.producer.properties[max.request.size]=50000"
    };
    ConfigurableApplicationContext first = start(shared);
    ConfigurableApplicationContext second =
        start(shared[0], shared[1], "statefun.data-directory=" + directory.resolve("other"));
    await().atMost(PATIENCE).until(() -> state(second) == EngineStatus.State.RUNNING);

    CounterApplication.Hit large = new CounterApplication.Hit("x".repeat(100_000), 1);
    StateFunTemplate template = first.getBean(StateFunTemplate.class);
    for (String counter : COUNTERS) {
      template.send("test/counter", counter, large).join();
      topics.send(hits, counter, "{\"weight\":10}");
    }

    // Those in the first process have got the large one, those in the second have not.
    await().atMost(PATIENCE).until(() -> countersWithSumOf(10) + countersWithSumOf(11) == 20);
    assertThat(countersWithSumOf(10)).isPositive();
    assertThat(countersWithSumOf(11)).isPositive();
  }

  @Test
  void aProcessWithoutPartitionsSendsAndHasSavepointsTakenButGetsNoReplies() throws Exception {
    String[] shared = {"statefun.partitions=1", "statefun.snapshot.file.lock=false"};
    ConfigurableApplicationContext first = start(shared);
    ConfigurableApplicationContext second =
        start(shared[0], shared[1], "statefun.data-directory=" + directory.resolve("other"));
    assertThat(state(second)).isEqualTo(EngineStatus.State.STANDBY);
    StateFunTemplate outside = second.getBean(StateFunTemplate.class);

    CounterApplication.Hit hit = new CounterApplication.Hit("start", 7);
    outside.send("test/counter", "a", hit).join();

    await().atMost(PATIENCE).until(() -> countersWithSumOf(7) == 1);
    assertThat(handled(first)).isEqualTo(1);
    assertThat(second.getBean(StateFunEngine.class).savepoint(PATIENCE).get().parts()).hasSize(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> outside.request("test/counter", "a", hit, Long.class))
        .withMessageContaining("has no partitions at the moment");
    CounterApplication.Hit large = new CounterApplication.Hit("x".repeat(2_000_000), 1);
    assertThat(outside.send("test/counter", "a", large))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("to another process at most");
  }

  private long countersWithSumOf(long sum) {
    return topics.values(totals).stream()
        .filter(total -> total.contains("\"sum\":" + sum + ","))
        .count();
  }

  @Test
  void whoIsStoppedLeavesTheGroupSoThatAnotherGoesOnLongBeforeTheSessionIsOver() {
    String[] settings = {"statefun.snapshot.file.lock=false", "statefun.kafka.session-timeout=5m"};
    ConfigurableApplicationContext first = start(settings);
    ConfigurableApplicationContext second =
        start(settings[0], settings[1], "statefun.data-directory=" + directory.resolve("other"));
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == COUNTERS.size());
    await().atMost(PATIENCE).until(() -> handled(first) > 0 && handled(second) > 0);

    first.close();
    COUNTERS.forEach(counter -> topics.send(hits, counter, "{\"weight\":1}"));

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 2 * COUNTERS.size());
  }

  @Test
  void theLagIsWhatIsInTheTopicsAndWasNotFetched() {
    int records = 300;
    String page = "x".repeat(10_000);
    ConfigurableApplicationContext context =
        run(
            List.of(CounterApplication.class, Metered.class, Blocked.class),
            "statefun.kafka.ingress[0].target=test/blocked",
            "statefun.memory.mailbox-capacity=8",
            "spring.kafka.consumer.max-poll-records=10");
    Blocked.Function function = context.getBean(Blocked.Function.class);
    MeterRegistry registry = context.getBean(MeterRegistry.class);
    assertThat(lag(registry)).isZero();

    for (int i = 0; i < records; i++) {
      topics.send(hits, "a", "{\"page\":\"" + page + "\",\"weight\":1}");
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(lag(registry)).isBetween(100.0, records - 1.0));
    String ingress = registry.get("statefun.ingress.lag").gauge().getId().getTag("ingress");
    assertThat(ingress).isEqualTo("kafka/" + hits);
    assertThat(registry.get("statefun.ingress.lag").gauge().value()).isPositive();
    assertThat(registry.get("statefun.inbox.lag").gauge().value()).isZero();
    assertThat(registry.get("statefun.mailbox.depth").gauge().value()).isPositive();
    assertThat(registry.get("statefun.rebalances").tag("event", "gained").timer().count())
        .isPositive();
    assertThat(registry.get("statefun.commit.phase").tag("phase", "log").timer().count())
        .isPositive();

    function.mayGoOn.countDown();
    await().atMost(PATIENCE).until(() -> lag(registry) == 0 && handled(context) == records);
  }

  private static double lag(MeterRegistry registry) {
    return registry.get("statefun.kafka.lag").gauge().value();
  }

  @Configuration(proxyBeanMethods = false)
  static class Blocked {

    @Bean
    Function blocked() {
      return new Function();
    }

    /** Handles nothing until it may. */
    @StatefulFunction("test/blocked")
    static class Function {

      final CountDownLatch mayGoOn = new CountDownLatch(1);

      @MessageHandler
      void on(CounterApplication.Hit hit) throws InterruptedException {
        mayGoOn.await();
      }
    }
  }

  @Test
  void partitionsThatAreAddedToATopicAreReadFromTheirBeginning() throws Exception {
    start(
        "spring.kafka.consumer.properties[metadata.max.age.ms]=500",
        "statefun.kafka.ingress[0].start=latest");
    try (Admin admin = topics.admin()) {
      admin.createPartitions(Map.of(hits, NewPartitions.increaseTo(3))).all().get();
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> topics.send(new ProducerRecord<>(hits, 2, "new", "{\"weight\":1}")));

    await().atMost(PATIENCE).until(() -> topics.values(totals).size() >= 1);
  }

  @Test
  void latestMeansWhatComesAfterTheFirstStart() {
    topics.send(hits, "a", "{\"weight\":1}");
    ConfigurableApplicationContext first = start("statefun.kafka.ingress[0].start=latest");
    first.close();
    topics.send(hits, "a", "{\"weight\":10}");

    start("statefun.kafka.ingress[0].start=latest");

    await().atMost(PATIENCE).until(() -> topics.read(totals).size() >= 1);
    assertThat(topics.values(totals)).hasSize(1).first().asString().contains("\"sum\":10");
  }

  @Test
  void anApplicationWhoseCommittedOffsetsAreGoneDoesNotBeginWithoutItsState() throws Exception {
    ConfigurableApplicationContext first = start();
    topics.send(hits, "a", "{\"weight\":1}");
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    first.close();
    try (Admin admin = topics.admin()) {
      admin.deleteConsumerGroups(List.of(application)).all().get();
    }

    assertThatExceptionOfType(ApplicationContextException.class)
        .isThrownBy(this::start)
        .havingRootCause()
        .withMessageContaining("no longer says which of them is committed");
  }

  @Test
  void anApplicationWhoseNewestEpochIsMissingDoesNotStart() throws Exception {
    ConfigurableApplicationContext first = start();
    topics.send(hits, "a", "{\"weight\":1}");
    await().atMost(PATIENCE).until(() -> topics.read(totals).size() == 1);
    first.close();
    FileSystemUtils.deleteRecursively(directory.resolve("store"));

    assertThatExceptionOfType(ApplicationContextException.class)
        .isThrownBy(this::start)
        .havingRootCause()
        .withMessageContaining("is missing in the snapshot store, though it was committed");
  }

  @Test
  void anotherNumberOfPartitionsThanTheInternalTopicHasIsRefused() {
    topics.create(application + ".messages", 3);

    assertThatExceptionOfType(ApplicationContextException.class)
        .isThrownBy(this::start)
        .havingRootCause()
        .withMessageContaining("has 3 partitions, the application has 4")
        .withMessageContaining("statefun.kafka.internal-topic");
  }

  private static EngineStatus.State state(ConfigurableApplicationContext context) {
    return context.getBean(StateFunEngine.class).status().state();
  }

  private ConfigurableApplicationContext start(String... properties) {
    List<String> all = new ArrayList<>(List.of(properties));
    all.add("statefun.kafka.ingress[0].target=test/counter");
    return run(List.of(CounterApplication.class), all.toArray(String[]::new));
  }

  private ConfigurableApplicationContext run(List<Class<?>> sources, String... properties) {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
            .web(WebApplicationType.NONE)
            .properties(
                "spring.application.name=" + application,
                "spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "statefun.partitions=4",
                "statefun.data-directory=" + directory.resolve("local"),
                "statefun.snapshot.file.directory=" + directory.resolve("store"),
                "statefun.kafka.ingress[0].topics=" + hits,
                "statefun.kafka.ingress[0].type=" + CounterApplication.Hit.class.getName(),
                "statefun.kafka.egress[0].name=test/totals",
                "statefun.kafka.egress[0].topic=" + totals)
            .properties(properties)
            .run();
    running.add(context);
    return context;
  }
}
