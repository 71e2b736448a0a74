/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.statefun.autoconfigure.StateFunConfigurationException;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.elsewhere.Greeter;
import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.MessageTypes;
import io.statefun.remote.RemoteEndpoints;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.RequestReplyHandler;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application whose functions are behind HTTP. */
@ExtendWith(OutputCaptureExtension.class)
class RemoteFunctionsTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final List<@Nullable String> signatures = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile boolean down;

  /** The application: has no function of its own. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    SnapshotStore store() {
      return new InMemorySnapshotStore();
    }

    @Bean
    StateFunEngine.BackendFactory backend() {
      return application -> new HeapBackend();
    }

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }
  }

  /** The same with the function that is elsewhere. */
  @Configuration(proxyBeanMethods = false)
  static class WithGreeter extends Application {

    @Bean
    Greeter greeter() {
      return new Greeter();
    }
  }

  @BeforeEach
  void serve() throws IOException {
    MessageTypes types = MessageTypes.standard();
    HttpEndpoint endpoint =
        new HttpEndpoint(
            RequestReplyHandler.builder(types)
                .function(AnnotatedFunction.bind(new Greeter(), types, FailurePolicy.DEFAULT))
                .build());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/statefun", exchange -> answer(exchange, endpoint));
    server.start();
  }

  private void answer(HttpExchange exchange, HttpEndpoint endpoint) throws IOException {
    try (exchange) {
      if (down) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
      signatures.add(exchange.getRequestHeaders().getFirst("Signature"));
      HttpEndpoint.Reply reply =
          endpoint.answer(
              exchange.getRequestMethod(),
              exchange.getRequestHeaders().getFirst("Content-Type"),
              exchange.getRequestBody());
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(
          reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
      exchange.getResponseBody().write(reply.body());
    }
  }

  @AfterEach
  void end() {
    server.stop(0);
    threads.shutdownNow();
  }

  private ConfigurableApplicationContext start(Class<?> application, String... arguments) {
    return new SpringApplicationBuilder(application)
        .properties(
            "spring.application.name=test",
            "spring.main.banner-mode=off",
            "logging.level.root=warn",
            "statefun.partitions=4",
            "statefun.workers=2")
        .run(arguments);
  }

  private String url() {
    return "--statefun.remote.endpoints.greetings.url=http://127.0.0.1:"
        + server.getAddress().getPort()
        + "/statefun";
  }

  private static String functions(String pattern) {
    return "--statefun.remote.endpoints.greetings.functions=" + pattern;
  }

  private static String greet(ConfigurableApplicationContext context, String name) {
    return context
        .getBean(StateFunTemplate.class)
        .request("elsewhere/greeter", "a", name, String.class)
        .join();
  }

  @Test
  void aFunctionElsewhereIsCalledWithItsState() {
    try (ConfigurableApplicationContext context =
        start(
            Application.class,
            url(),
            functions("elsewhere/greeter"),
            "--statefun.remote.endpoints.greetings.headers.Authorization=Bearer token",
            "--statefun.remote.endpoints.greetings.signing.key-id=k1",
            "--statefun.remote.endpoints.greetings.signing.secret=0123456789abcdef")) {
      assertThat(greet(context, "Ann")).isEqualTo("Hello Ann, for the 1. time");
      assertThat(greet(context, "Bob")).isEqualTo("Hello Bob, for the 2. time");
      assertThat(authorizations).containsOnly("Bearer token");
      assertThat(signatures).doesNotContainNull();
      assertThat(
              context
                  .getBean(MeterRegistry.class)
                  .get("statefun.remote.call")
                  .tag("endpoint", "greetings")
                  .tag("outcome", "success")
                  .timer()
                  .count())
          .isEqualTo(2);
    }
  }

  @Test
  void aFunctionMayBeBehindAUnixDomainSocket(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("functions.sock");
    try (SocketProxy proxy = SocketProxy.start(socket, server.getAddress().getPort());
        ConfigurableApplicationContext context =
            start(
                Application.class,
                socketUrl(socket),
                functions("elsewhere/greeter"),
                "--statefun.remote.endpoints.greetings.signing.key-id=k1",
                "--statefun.remote.endpoints.greetings.signing.secret=0123456789abcdef")) {
      assertThat(greet(context, "Ann")).isEqualTo("Hello Ann, for the 1. time");
      assertThat(greet(context, "Bob")).isEqualTo("Hello Bob, for the 2. time");
      assertThat(proxy.accepted()).isPositive();
      assertThat(signatures).doesNotContainNull();
    }
  }

  @Test
  void aSocketThatIsNotThereYetIsWaitedFor(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("functions.sock");
    try (ConfigurableApplicationContext context =
        start(
            Application.class,
            socketUrl(socket),
            functions("elsewhere/greeter"),
            "--statefun.remote.endpoints.greetings.retry.max-backoff=20ms")) {
      var greeting =
          context
              .getBean(StateFunTemplate.class)
              .request("elsewhere/greeter", "a", "Ann", String.class);
      HealthIndicator health =
          context.getBean("statefunRemoteHealthIndicator", HealthIndicator.class);
      await().until(() -> health(health).getStatus().equals(Status.DOWN));

      try (SocketProxy unused = SocketProxy.start(socket, server.getAddress().getPort())) {
        assertThat(greeting.join()).isEqualTo("Hello Ann, for the 1. time");
      }
    }
  }

  private static String socketUrl(Path socket) {
    return "--statefun.remote.endpoints.greetings.url=http+unix://" + socket + "/statefun";
  }

  @Test
  void anEndpointMayBeForANamespace() {
    try (ConfigurableApplicationContext context =
        start(Application.class, url(), functions("elsewhere/*"))) {
      assertThat(greet(context, "Ann")).isEqualTo("Hello Ann, for the 1. time");
    }
  }

  @Test
  void theHealthTellsOfAnEndpointThatDoesNotAnswerAndNothingIsLost() {
    down = true;
    try (ConfigurableApplicationContext context =
        start(
            Application.class,
            url(),
            functions("elsewhere/greeter"),
            "--statefun.remote.endpoints.greetings.retry.max-backoff=20ms")) {
      HealthIndicator health =
          context.getBean("statefunRemoteHealthIndicator", HealthIndicator.class);
      assertThat(health(health).getStatus()).isEqualTo(Status.UP);
      var greeting =
          context
              .getBean(StateFunTemplate.class)
              .request("elsewhere/greeter", "a", "Ann", String.class);

      await().until(() -> health(health).getStatus().equals(Status.DOWN));
      assertThat(health(health).getDetails())
          .hasEntrySatisfying("greetings", RemoteFunctionsTest::tells503);
      down = false;

      assertThat(greeting.join()).isEqualTo("Hello Ann, for the 1. time");
      await().until(() -> health(health).getStatus().equals(Status.UP));
    }
  }

  private static Health health(HealthIndicator indicator) {
    return Objects.requireNonNull(indicator.health());
  }

  private static void tells503(Object detail) {
    assertThat(detail.toString()).contains("503");
  }

  @Test
  void withoutEndpointsThereIsNothing() {
    try (ConfigurableApplicationContext context = start(Application.class)) {
      assertThat(context.containsBean("statefunRemoteEndpoints")).isFalse();
      assertThat(context.containsBean("statefunRemoteHealthIndicator")).isFalse();
    }
  }

  // Mistakes

  @Test
  void saysWhichFunctionIsHereAndElsewhere(CapturedOutput output) {
    assertThatThrownBy(() -> start(WithGreeter.class, url(), functions("elsewhere/greeter")));
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("'elsewhere/greeter' is the bean 'greeter' of")
        .contains("Remove the bean from this application, or the endpoint");
  }

  @Test
  void saysWhatIsWrongWithAnEndpoint(CapturedOutput output) {
    assertThatThrownBy(
        () ->
            start(
                Application.class,
                "--statefun.remote.endpoints.greetings.url=ftp://example.org",
                functions("elsewhere/greeter"),
                "--statefun.remote.endpoints.greetings.max-batch-size=0"));
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("has to begin with http:// or https://")
        .contains("statefun.remote.endpoints[greetings].maxBatchSize")
        .contains("must be at least 1");
  }

  @Test
  void saysWhichFunctionsAreBehindTwoEndpoints(CapturedOutput output) {
    assertThatThrownBy(
        () ->
            start(
                Application.class,
                url(),
                functions("elsewhere/greeter"),
                "--statefun.remote.endpoints.others.url=http://127.0.0.1:1",
                "--statefun.remote.endpoints.others.functions=elsewhere/greeter"));
    assertThat(output).contains("There are two endpoints for elsewhere/greeter");
  }

  @Test
  void saysWhichBundleIsMissing(CapturedOutput output) {
    assertThatThrownBy(
        () ->
            start(
                Application.class,
                url(),
                functions("elsewhere/greeter"),
                "--statefun.remote.endpoints.greetings.ssl.bundle=mine"));
    assertThat(output)
        .contains("statefun.remote.endpoints.greetings.ssl.bundle is 'mine'")
        .contains("Configure it under spring.ssl.bundle");
  }

  @Test
  void saysThatASocketHasNoTls(CapturedOutput output) {
    assertThatThrownBy(
        () ->
            start(
                Application.class,
                socketUrl(Path.of("/run/functions.sock")),
                functions("elsewhere/greeter"),
                "--statefun.remote.endpoints.greetings.ssl.bundle=mine"));
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("statefun.remote.endpoints.greetings.ssl.bundle is 'mine'")
        .contains("a socket, which has no TLS");
  }

  @Test
  void saysThatASocketNeedsTheClientOfJetty() {
    new ApplicationContextRunner()
        .withClassLoader(new FilteredClassLoader("org.eclipse.jetty"))
        .withConfiguration(AutoConfigurations.of(RemoteFunctionsAutoConfiguration.class))
        .withPropertyValues(
            "spring.application.name=test",
            "statefun.remote.endpoints.greetings.functions=elsewhere/greeter",
            "statefun.remote.endpoints.greetings.url=http+unix:///run/functions.sock/statefun")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(StateFunConfigurationException.class)
                    .hasMessageContaining("statefun.remote.endpoints.greetings.url")
                    .hasMessageContaining("org.eclipse.jetty:jetty-client"));
  }

  @Test
  void withoutTheClientOfJettyOtherEndpointsAreReached() {
    new ApplicationContextRunner()
        .withClassLoader(new FilteredClassLoader("org.eclipse.jetty"))
        .withConfiguration(AutoConfigurations.of(RemoteFunctionsAutoConfiguration.class))
        .withPropertyValues(
            "spring.application.name=test",
            "statefun.remote.endpoints.greetings.functions=elsewhere/greeter",
            "statefun.remote.endpoints.greetings.url=http://127.0.0.1:1/statefun")
        .run(context -> assertThat(context).hasSingleBean(RemoteEndpoints.class));
  }
}
