/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.io.Ingress;
import io.statefun.sample.billing.audit.Audit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole application, as a user starts it. */
@ExtendWith(OutputCaptureExtension.class)
class BillingApplicationTest {

  private static final int USERS = 100;
  private static final int PERIODS = 2;

  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir private Path directory;

  @Test
  void givenTheFileThenAllIsBilledOnceAndShownAndTheApplicationEndsQuietly(CapturedOutput log)
      throws Exception {
    Audit audit = Audit.of(directory, USERS, PERIODS);
    try (ConfigurableApplicationContext context = start()) {
      assertThat(Audit.summary(audit.report(60)))
          .isEqualTo(
              "users=%d due=%d paid=%2$d duplicates=0 lost=0 unknown=0"
                  .formatted(USERS, audit.due()));
      awaitTotals(context, "\"PAID\":" + audit.due());
      String firstChange = Files.readAllLines(audit.input()).get(0);
      assertThat(post(context, "/users/changes", firstChange).statusCode()).isEqualTo(202);
      assertThat(get(context, "/users/1").body()).contains("\"userId\":\"1\"");
      assertThat(get(context, "/payments/u0-p1").statusCode()).isEqualTo(404);

      StateFunEngine engine = context.getBean(StateFunEngine.class);
      Ingress ingress = context.getBean("providerAnswersIngress", Ingress.class);
      context.close();
      assertThat(engine.status().state()).isEqualTo(EngineStatus.State.STOPPED);
      ingress.close();
    }
    assertThat(log.getOut()).doesNotContain(" WARN ", " ERROR ");
  }

  @Test
  void givenItWasStoppedInTheMiddleThenItGoesOnWhereItWas(CapturedOutput log) throws Exception {
    Audit audit = Audit.of(directory, USERS, PERIODS);
    try (ConfigurableApplicationContext context = start()) {
      awaitTotals(context, "\"PAID\":");
    }
    try (ConfigurableApplicationContext context = start()) {
      assertThat(Audit.summary(audit.report(60)))
          .startsWith("users=100 ")
          .endsWith(" duplicates=0 lost=0 unknown=0");
      awaitTotals(context, "\"PAID\":" + audit.due());
    }
    assertThat(log.getOut()).doesNotContain(" WARN ", " ERROR ");
  }

  private ConfigurableApplicationContext start() {
    return SpringApplication.run(
        BillingApplication.class,
        "--server.port=0",
        "--billing.directory=" + directory,
        "--billing.users=" + USERS,
        "--billing.periods-limit=" + PERIODS,
        "--billing.period=2s",
        "--billing.answer-delay=100ms",
        "--billing.retry-backoff=100ms",
        "--billing.max-attempts=100");
  }

  private void awaitTotals(ConfigurableApplicationContext context, String expected) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get(context, "/totals").body()).contains(expected));
  }

  private HttpResponse<String> get(ConfigurableApplicationContext context, String path)
      throws IOException, InterruptedException {
    return client.send(request(context, path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(
      ConfigurableApplicationContext context, String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        request(context, path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(30));
  }
}
