/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.app.Main;
import io.statefun.autoconfigure.app.Messages.Add;
import io.statefun.autoconfigure.app.Messages.Read;
import io.statefun.autoconfigure.app.Messages.Sum;
import io.statefun.autoconfigure.app.TestApplication;
import io.statefun.engine.RequestFailedException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole application, with what is registered in {@code META-INF} alone. */
@ExtendWith(OutputCaptureExtension.class)
class StateFunApplicationTest {

  @TempDir Path folder;

  @Test
  void countsOnAfterARestart() {
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      template.send("test/counter", "a", new Add(1)).join();
      assertThat(context.getBeansOfType(HealthIndicator.class))
          .containsKey("statefunHealthIndicator");
    }
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      template.send("test/counter", "a", new Add(1)).join();
      assertThat(template.request("test/counter", "a", new Read(), Sum.class).join().sum())
          .isEqualTo(20);
      TestApplication.Received received = context.getBean(TestApplication.Received.class);
      await().until(() -> received.sums.contains(new Sum("a", 20)));
    }
  }

  @Test
  void aMessageWithAKeyCountsOnceAlsoAfterARestart() {
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      template.withKey("order-1").send("test/counter", "a", new Add(1)).join();
      template.withKey("order-1").send("test/counter", "a", new Add(1)).join();
      template.withKey("order-2").send("test/counter", "a", new Add(1)).join();
    }
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      template.withKey("order-1").send("test/counter", "a", new Add(1)).join();
      assertThat(template.request("test/counter", "a", new Read(), Sum.class).join().sum())
          .isEqualTo(20);
    }
  }

  @Test
  void aRequestWithAKeyHasOneReplyAlsoForThoseWhoAttachLater() {
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      KeyedStateFunTemplate keyed = template.withKey("read-1");
      assertThat(keyed.request("test/counter", "a", new Read(), Sum.class).join().sum()).isZero();
      template.send("test/counter", "a", new Add(1)).join();

      assertThat(keyed.request("test/counter", "a", new Read(), Sum.class).join().sum()).isZero();
      assertThat(keyed.attach("test/counter", "a", Sum.class).join().sum()).isZero();
    }
  }

  @Test
  void aKeyIsForOneMessage() {
    try (ConfigurableApplicationContext context = start("spring.application.name", "test")) {
      KeyedStateFunTemplate keyed = context.getBean(StateFunTemplate.class).withKey("key");
      keyed.send("test/counter", "a", new Add(1)).join();

      assertThat(reason(keyed.send("test/counter", "a", new Add(2))))
          .isEqualTo(RequestFailedException.Reason.KEY_REUSED);
      assertThat(reason(keyed.attach("test/counter", "b", Sum.class)))
          .isEqualTo(RequestFailedException.Reason.NOT_FOUND);
    }
  }

  private static RequestFailedException.@Nullable Reason reason(CompletableFuture<?> failing) {
    CompletionException failure = catchThrowableOfType(CompletionException.class, failing::join);
    return failure.getCause() instanceof RequestFailedException refused ? refused.reason() : null;
  }

  @Test
  void saysWhatToChange(CapturedOutput output) {
    assertThatThrownBy(() -> start("spring.application.name", ""));
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("The application has no name")
        .contains("Set spring.application.name");
  }

  @Test
  void namesTheInvalidProperty(CapturedOutput output) {
    assertThatThrownBy(() -> start("statefun.snapshot.min-commit-interval", "-5ms"));
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("Property: statefun.snapshot.minCommitInterval")
        .contains("Reason: must not be negative");
  }

  private ConfigurableApplicationContext start(String property, String value) {
    return new SpringApplicationBuilder(Main.class)
        .web(WebApplicationType.NONE)
        .properties(
            Map.of(
                "spring.main.banner-mode", "off",
                "spring.jmx.enabled", "false",
                "logging.level.root", "warn",
                "statefun.partitions", "4",
                "statefun.data-directory", folder.resolve("local").toString(),
                "statefun.snapshot.file.directory", folder.resolve("snapshots").toString()))
        .run("--" + property + "=" + value);
  }
}
