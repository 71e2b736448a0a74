/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.sample.billing.BillingApplication;
import io.statefun.sample.billing.audit.Audit;
import io.statefun.services.KafkaBroker;
import io.statefun.services.RedisServer;
import io.statefun.test.CrashableApplication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;
import redis.embedded.core.ExecutableProvider;

/** The billing on a real broker and a real Redis, with the provider in a process of its own. */
class KafkaBillingTest {

  private static final int USERS = 300;
  private static final int PERIODS = 3;
  private static final int PATIENCE_SECONDS = 90;

  @TempDir private Path directory;

  @Test
  void givenEverythingIsKilledAtOnceAndTheDiskIsLostThenEachPaymentIsMadeOnce() throws Exception {
    Audit audit = Audit.of(directory, USERS, PERIODS);
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
        RedisServer redis =
            RedisServer.startDurable(
                ExecutableProvider.newJarResourceProvider().get().toPath(),
                directory.resolve("redis"));
        CrashableApplication publisher = start(ChangePublisher.class, broker, redis);
        CrashableApplication provider = start(ProviderProcess.class, broker, redis);
        CrashableApplication application = start(BillingApplication.class, broker, redis)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
          .until(() -> audit.paid() > 0 && audit.paid() > audit.due() / 5);
      application.kill();
      provider.kill();
      publisher.kill();
      redis.kill();
      broker.kill();
      assertThat(audit.paid()).as("paid when it was killed").isLessThan(audit.due());
      FileSystemUtils.deleteRecursively(directory.resolve("node"));

      redis.restart();
      broker.restart();
      Stream.of(publisher, provider, application).parallel().forEach(CrashableApplication::restart);

      String report = audit.report(PATIENCE_SECONDS);
      assertThat(Audit.summary(report))
          .as(report)
          .startsWith("users=" + USERS + " ")
          .endsWith(" duplicates=0 lost=0 unknown=0");
      assertThat(report).contains("harmless redeliveries: 0");
      assertThat(application.fullOutput())
          .noneMatch(line -> line.contains(" ERROR ") || line.contains(" AlertEgress "));
      assertThat(Files.exists(directory.resolve("store"))).as("a store of files").isFalse();
    }
  }

  private CrashableApplication start(Class<?> main, KafkaBroker broker, RedisServer redis) {
    return CrashableApplication.of(main)
        .jvmOptions("-Xmx256m", "-XX:TieredStopAtLevel=1")
        .arguments(
            "--spring.profiles.active=kafka,redis",
            "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "--spring.data.redis.port=" + redis.port(),
            "--statefun.kafka.node-id=billing-1",
            "--server.port=0",
            "--billing.directory=" + directory,
            "--billing.users=" + USERS,
            "--billing.periods-limit=" + PERIODS,
            "--billing.period=6s",
            "--billing.max-attempts=100")
        .start();
  }
}
