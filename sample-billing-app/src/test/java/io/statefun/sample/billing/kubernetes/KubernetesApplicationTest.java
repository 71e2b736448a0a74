/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1Container;
import io.statefun.sample.billing.BillingApplication;
import io.statefun.services.KafkaBroker;
import io.statefun.services.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import redis.embedded.core.ExecutableProvider;

/** The application with the settings of the manifests, asked what a cluster asks. */
class KubernetesApplicationTest {

  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir private Path directory;

  @Test
  void givenTheSettingsOfTheManifestsThenTheApplicationAnswersTheProbesAndShowsItsLag()
      throws Exception {
    V1Container container = Manifests.container();
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
        RedisServer redis =
            RedisServer.startDurable(
                ExecutableProvider.newJarResourceProvider().get().toPath(),
                directory.resolve("redis"));
        ConfigurableApplicationContext context = start(broker, redis)) {
      String http = "http://127.0.0.1:" + port(context, "local.server.port");
      String management = "http://127.0.0.1:" + port(context, "local.management.port");
      assertThat(get(http + container.getLivenessProbe().getHttpGet().getPath())).isEqualTo(200);
      assertThat(get(http + container.getReadinessProbe().getHttpGet().getPath())).isEqualTo(200);
      assertThat(get(http + "/actuator/prometheus")).isEqualTo(404);
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(body(management + "/actuator/prometheus"))
                      .containsPattern("(?m)^statefun_kafka_lag(\\{.*})? 0\\.0$"));

      // Neither is a reason to restart the pod, nor to take it out of the service.
      redis.kill();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> get(management + "/actuator/health") == 503);
      assertThat(get(http + "/livez")).isEqualTo(200);
      assertThat(get(http + "/readyz")).isEqualTo(200);
      redis.restart();
    }
  }

  private ConfigurableApplicationContext start(KafkaBroker broker, RedisServer redis) {
    return SpringApplication.run(
        BillingApplication.class,
        "--spring.profiles.active=kafka,redis",
        "--spring.config.additional-location=file:" + Manifests.FOLDER + "/",
        // Those of this machine, which has one broker, and asks for no password.
        "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
        "--spring.kafka.security.protocol=PLAINTEXT",
        "--spring.data.redis.host=127.0.0.1",
        "--spring.data.redis.port=" + redis.port(),
        "--statefun.kafka.replication-factor=1",
        "--server.port=0",
        "--server.address=127.0.0.1",
        "--management.server.port=0",
        "--billing.directory=" + directory);
  }

  private static String port(ConfigurableApplicationContext context, String property) {
    return context.getEnvironment().getRequiredProperty(property);
  }

  private int get(String uri) throws IOException, InterruptedException {
    return send(uri).statusCode();
  }

  private String body(String uri) throws IOException, InterruptedException {
    return send(uri).body();
  }

  private HttpResponse<String> send(String uri) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(30)).build();
    return client.send(request, BodyHandlers.ofString());
  }
}
