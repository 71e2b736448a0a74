/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.bank.BankApplication;
import io.statefun.chaos.JavaProcess;
import io.statefun.io.DeadLetterHeaders;
import io.statefun.services.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A process that is killed while its messages become dead letters in a topic. */
class DeadLetterTopicCrashTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int KILLS = 3;
  private static final int WRONG_ONE_OF = 5;
  private static final int ENOUGH = 500;

  @TempDir Path folder;

  @Test
  void eachMessageThatCannotBeHandledIsInTheTopicOnceWhateverIsKilled() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"));
        Topics topics = new Topics(broker.bootstrapServers())) {
      List.of("deposits", "balances", "letters").forEach(topic -> topics.create(topic, 2));
      JavaProcess bank =
          new JavaProcess(folder.resolve("bank"), BankApplication.class, settings(broker));
      Customers customers = new Customers(topics);
      try {
        bank.start();
        customers.start();
        for (int kill = 0; kill < KILLS; kill++) {
          int before = topics.read("letters").size();
          await().atMost(PATIENCE).until(() -> topics.read("letters").size() > before + ENOUGH);
          bank.kill();
          bank.wipeDisk();
          assertThat(topics.read("letters")).hasSizeLessThan(wrongOf(customers.sent));
          bank.start();
        }
        int all = customers.stop();
        await().atMost(PATIENCE).until(() -> topics.read("letters").size() >= wrongOf(all));
        await().atMost(PATIENCE).until(() -> topics.read("balances").size() >= all - wrongOf(all));

        assertThat(topics.read("balances")).hasSize(all - wrongOf(all));
        assertThat(topics.read("letters"))
            .allSatisfy(
                letter ->
                    assertThat(Topics.header(letter, DeadLetterHeaders.TARGET))
                        .isEqualTo("bank/account/" + letter.key()))
            .extracting(DeadLetterTopicCrashTest::amount)
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, all)
                    .filter(number -> number % WRONG_ONE_OF == 0)
                    .mapToObj(number -> -1L - number)
                    .toList());
      } finally {
        customers.stop();
        bank.close();
      }
    }
  }

  private static int wrongOf(int all) {
    return (all + WRONG_ONE_OF - 1) / WRONG_ONE_OF;
  }

  /** Pay in all the time, also while nobody is there. Each amount that is wrong is another one. */
  private static final class Customers {

    private static final int HASTE = 20;

    private final Topics topics;
    private final Thread thread = new Thread(this::run, "customers");
    private volatile boolean stopped;
    private volatile int sent;

    Customers(Topics topics) {
      this.topics = topics;
    }

    void start() {
      thread.start();
    }

    /** How many records there are. */
    int stop() throws InterruptedException {
      stopped = true;
      thread.join();
      return sent;
    }

    private void run() {
      for (int number = 0; !stopped; number++) {
        long amount = number % WRONG_ONE_OF == 0 ? -1L - number : 1;
        String account = "" + number % 50;
        topics.sendAsync(
            "deposits", account, "{\"account\":\"%s\",\"amount\":%d}".formatted(account, amount));
        sent = number + 1;
        if (number % HASTE == 0) {
          LockSupport.parkNanos(10_000_000);
        }
      }
    }
  }

  private static long amount(ConsumerRecord<String, String> letter) {
    return JSON.readTree(letter.value()).get("amount").asLong();
  }

  private List<String> settings(KafkaBroker broker) {
    return List.of(
        "--spring.application.name=bank",
        "--spring.main.web-application-type=none",
        "--spring.main.keep-alive=true",
        "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
        "--statefun.partitions=4",
        "--statefun.failure.max-attempts=1",
        "--statefun.dead-letters.egress=bank/dead-letters",
        "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
        "--statefun.snapshot.file.lock=false",
        "--statefun.kafka.session-timeout=3s",
        "--statefun.kafka.ingress[0].topics=deposits",
        "--statefun.kafka.ingress[0].target=bank/account",
        "--statefun.kafka.ingress[0].type=" + BankApplication.Deposit.class.getName(),
        "--statefun.kafka.egress[0].name=bank/balances",
        "--statefun.kafka.egress[0].topic=balances",
        "--statefun.kafka.egress[1].name=bank/dead-letters",
        "--statefun.kafka.egress[1].topic=letters");
  }
}
