/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.autoconfigure.mistaken.AbstractFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Invocation;
import io.statefun.engine.StateFunEngine;
import io.statefun.engine.StateSpec;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.snapshot.FileSnapshotStore;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.mock.env.MockEnvironment;

/** Each mistake is explained, by what is registered in {@code spring.factories}. */
class FailureAnalysisTest {

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void explainsAMistakenFunction(Class<?> function, String description, String action) {
    assertFailure(ContextRunners.inMemory().withBean((Class<?>) function), description, action);
  }

  static Stream<Arguments> explainsAMistakenFunction() {
    return Stream.of(
        Arguments.of(
            InvalidName.class, "type name 'nameless'", "@StatefulFunction(\"namespace/name\")"),
        Arguments.of(NoHandler.class, "has no handler", "@MessageHandler"),
        Arguments.of(NoMessage.class, "takes no message", "Add a parameter"),
        Arguments.of(TwoHandlers.class, "both take messages of java.lang.String", "Leave one"),
        Arguments.of(UntypedState.class, "The state 'sum'", "ValueState<Profile>"),
        Arguments.of(UnknownType.class, "java.lang.Thread", "MessageType"));
  }

  @Test
  void explainsAnAbstractFunction() {
    assertFailure(
        ContextRunners.inMemory()
            .withInitializer(
                context ->
                    AutoConfigurationPackages.register(
                        (BeanDefinitionRegistry) context.getBeanFactory(),
                        AbstractFunction.class.getPackageName())),
        "AbstractFunction is annotated with @StatefulFunction, but is an interface or an abstract"
            + " class",
        "concrete class");
  }

  @Test
  void explainsTwoFunctionsOfOneType() {
    assertFailure(
        ContextRunners.application().withBean("other", FunctionInvoker.class, Other::new),
        "The function type 'test/counter' has two functions: the bean 'counter' of"
            + " io.statefun.autoconfigure.app.Counter and the bean 'other' of "
            + Other.class.getName(),
        "another type name");
  }

  @Test
  void explainsAnAliasThatIsTheNameOfAnotherFunction() {
    assertFailure(
        ContextRunners.application().withBean("renamed", Renamed.class, Renamed::new),
        "The name 'test/counter' stands for two functions, for one of them as an alias",
        "Give a new function a name that no other ever had");
  }

  @StatefulFunction(value = "test/renamed", aliases = "test/counter")
  static class Renamed {

    @MessageHandler
    void on(String message) {}
  }

  @Test
  void explainsAMissingName() {
    assertFailure(
        ContextRunners.inMemory().withPropertyValues("spring.application.name="),
        "has no name",
        "spring.application.name");
  }

  @Test
  void explainsAnEgressWithoutName() {
    assertFailure(
        ContextRunners.inMemory().withBean("sink", Egress.class, FailureAnalysisTest::sink),
        "The bean 'sink' is an egress, but nothing says of which name",
        "@EgressFor");
  }

  @Test
  void explainsAnEgressWithInvalidName() {
    assertFailure(
        ContextRunners.inMemory().withBean(Misnamed.class),
        "@EgressFor(\"sink\")",
        "@EgressFor(\"namespace/name\")");
  }

  @Test
  void explainsAnEgressWithTwoReceivers() {
    assertFailure(
        ContextRunners.application().withBean("test/out", Egress.class, FailureAnalysisTest::sink),
        "The egress 'test/out' has two receivers: the bean 'test/out' and the methods"
            + " io.statefun.autoconfigure.app.TestApplication$Received.on",
        "Leave one of them");
    assertFailure(
        ContextRunners.application().withPropertyValues("statefun.egress.events=test/out"),
        "and the property statefun.egress.events",
        "Leave one of them");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void explainsAMistakenListener(Class<?> listener, String description, String action) {
    assertFailure(ContextRunners.inMemory().withBean((Class<?>) listener), description, action);
  }

  static Stream<Arguments> explainsAMistakenListener() {
    return Stream.of(
        Arguments.of(ListenerWithInvalidName.class, "@EgressListener(\"out\")", "namespace/name"),
        Arguments.of(ListenerOfNothing.class, "takes nothing", "Egress.Delivery"),
        Arguments.of(ListenerOfMuch.class, "takes several values", "Egress.Delivery"),
        Arguments.of(ListenerWithResult.class, "returns java.lang.String", "Make it void"),
        Arguments.of(ListenerOfThreads.class, "java.lang.Thread", "Change the type"));
  }

  @Test
  void explainsARouterOfUnknownRecords() {
    assertFailure(
        ContextRunners.inMemory().withUserConfiguration(RawRouter.class),
        "The bean 'raw' is a router, but nothing says of which records",
        "Router<T>");
  }

  @Test
  void explainsTwoRoutersOfOneClass() {
    assertFailure(
        ContextRunners.inMemory().withUserConfiguration(TwoRouters.class),
        "Records of java.lang.String have two routers: the beans 'first' and 'second'",
        "Leave one of them");
  }

  @Test
  void explainsTwoIngressesOfOneName() {
    assertFailure(
        ContextRunners.inMemory()
            .withBean("first", Ingress.class, EmptyIngress::new)
            .withBean("second", Ingress.class, EmptyIngress::new),
        "The beans 'first' and 'second' are both ingresses of the name 'test/in'",
        "another name");
  }

  @Test
  void explainsTwoMessageTypesOfOneClass() {
    assertFailure(
        ContextRunners.inMemory()
            .withBean("first", MessageType.class, () -> type("test/a"))
            .withBean("second", MessageType.class, () -> type("test/b")),
        "The beans of type MessageType do not fit together",
        "There are two message types for java.lang.Thread");
  }

  @Test
  void explainsAnotherNumberOfPartitions() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    ContextRunners.on(store).run(context -> assertThat(context).hasNotFailed());
    assertFailure(
        ContextRunners.on(store).withPropertyValues("statefun.partitions=5"),
        "was first started with 4 partitions; now it is configured to have 5",
        "Set the number of partitions back to 4");
  }

  @Test
  void explainsRecordsForAnEgressThatIsGone() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    ContextRunners.on(store)
        .withBean(Emitter.class)
        .withBean("test/out", Egress.class, () -> batch -> new CompletableFuture<>())
        .run(
            context ->
                context.getBean(StateFunTemplate.class).send("test/emitter", "a", "x").join());

    assertFailure(
        ContextRunners.on(store).withBean(Emitter.class),
        "nobody would deliver them: 1 record for 'test/out'",
        "statefun.discard-records-of-egresses");

    ContextRunners.on(store)
        .withBean(Emitter.class)
        .withPropertyValues("statefun.discard-records-of-egresses=test/out")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              StateFunEngine engine = context.getBean(StateFunEngine.class);
              await().until(() -> engine.status().unacknowledgedRecords() == 0);
            });

    ContextRunners.on(store).run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void explainsThatRecordsOfAnEgressThatIsThereCannotBeDiscarded() {
    assertFailure(
        ContextRunners.application()
            .withPropertyValues("statefun.discard-records-of-egresses=test/out"),
        "'test/out' are to be discarded, but the application has that egress",
        "Remove the egress' name");
  }

  @Test
  void explainsAStoreOfAnotherApplication() {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    ContextRunners.on(store).run(context -> assertThat(context).hasNotFailed());
    assertFailure(
        ContextRunners.on(store).withPropertyValues("spring.application.name=shop"),
        "holds the data of application 'test', not of 'shop'",
        "a store of its own");
  }

  @Test
  void explainsAStoreOfANewerVersion() throws IOException {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    assertThat(store.create("application", content(new byte[] {99}))).isTrue();
    assertFailure(
        ContextRunners.on(store),
        "has format 99, which a newer version of the application has written; this one knows"
            + " formats up to 1",
        "Run the newer version of the application again");
  }

  @Test
  void explainsAFolderOfAnotherApplication() {
    ApplicationContextRunner runner =
        ContextRunners.empty()
            .withPropertyValues(
                "statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
                "statefun.data-directory=" + folder.resolve("local"));
    runner.run(context -> assertThat(context).hasNotFailed());
    assertFailure(
        runner.withPropertyValues("spring.application.name=shop"),
        "belongs to the application 'test', not to 'shop'",
        "a folder of its own");
  }

  @Test
  void explainsAFolderOfANewerFormat() throws IOException {
    Files.writeString(folder.resolve("statefun.properties"), "application=test\nformat=99\n");
    assertFailure(
        ContextRunners.empty().withPropertyValues("statefun.snapshot.file.directory=" + folder),
        "has the format 99 of a newer release",
        "Run the newer release again");
  }

  @Test
  void explainsAFolderBelowAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertFailure(
        ContextRunners.empty()
            .withPropertyValues("statefun.snapshot.file.directory=" + file.resolve("below")),
        "it, or something above it, is a file",
        "Set the path of a folder");
  }

  @Test
  void explainsAFolderThatIsInUse() throws IOException {
    try (SnapshotStore other = FileSnapshotStore.open(folder, "test")) {
      assertThat(other.list("")).isEmpty();
      assertFailure(
          ContextRunners.empty().withPropertyValues("statefun.snapshot.file.directory=" + folder),
          "is in use by process",
          "Stop that process");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void explainsAStoreThatTakesNothing(IOException trouble, String description, String action) {
    InMemorySnapshotStore store = new InMemorySnapshotStore();
    SnapshotStore broken =
        (SnapshotStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SnapshotStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("create")) {
                    throw trouble;
                  }
                  return method.invoke(store, arguments);
                });
    assertFailure(
        ContextRunners.inMemory()
            .withAllowBeanDefinitionOverriding(true)
            .withBean(SnapshotStore.class, () -> broken),
        description,
        action);
  }

  static Stream<Arguments> explainsAStoreThatTakesNothing() {
    return Stream.of(
        Arguments.of(
            new FileSystemException("/store", null, "Read-only file system"),
            "Read-only file system",
            "nothing that was committed"),
        Arguments.of(new AccessDeniedException("/store"), "/store", "nothing that was committed"),
        Arguments.of(
            new IOException("No space left on device"),
            "No space left on device",
            "nothing that was committed"));
  }

  @Test
  void explainsAFolderOfSomethingElse() throws IOException {
    Files.writeString(folder.resolve("holiday.txt"), "sun");
    assertFailure(
        ContextRunners.empty().withPropertyValues("statefun.snapshot.file.directory=" + folder),
        "is no snapshot folder",
        "Use an empty folder");
  }

  @Test
  void explainsAnEgressForDeadLettersThatIsNotThere() {
    assertFailure(
        ContextRunners.inMemory().withPropertyValues("statefun.dead-letters.egress=ops/nobody"),
        "there is no such egress",
        "statefun.dead-letters.egress");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void explainsAnInvalidProperty(String property, String description) {
    assertFailure(
        ContextRunners.inMemory().withPropertyValues("statefun." + property),
        description,
        "configuration");
  }

  static Stream<Arguments> explainsAnInvalidProperty() {
    return Stream.of(
        Arguments.of("application-name= ", "must not be blank"),
        Arguments.of("partitions=0", "must be between 1 and 32768"),
        Arguments.of("partitions=many", "statefun.partitions"),
        Arguments.of("workers=0", "must be at least 1"),
        Arguments.of("dead-letters.egress=nobody", "namespace"),
        Arguments.of("dead-letters.keep=false", "unless statefun.dead-letters.egress names"),
        Arguments.of("request-timeout=0s", "must be more than 0"),
        Arguments.of("on-failure=panic", "statefun.on-failure"),
        Arguments.of("snapshot.store=tape", "statefun.snapshot.store"),
        Arguments.of("snapshot.min-commit-interval=-1ms", "must not be negative"),
        Arguments.of("memory.max-waiting-requests=0", "must be at least 1"),
        Arguments.of("memory.block-cache=1KB", "must be at least 1MB"),
        Arguments.of("memory.write-buffer=lots", "statefun.memory.write-buffer"),
        Arguments.of("failure.max-attempts=0", "must be at least 1"),
        Arguments.of(
            "failure.max-backoff=1ms", "must not be less than statefun.failure.initial-backoff"),
        Arguments.of("failure.multiplier=0.5", "must be a number of at least 1"),
        Arguments.of("failure.wait-for-newer-version=-1s", "must not be negative"),
        Arguments.of("egress.events=out", "'out' is not a type name"),
        Arguments.of("discard-records-of-egresses=out", "'out' is not a type name"));
  }

  private static void assertFailure(
      ApplicationContextRunner runner, String description, String action) {
    runner.run(
        context -> {
          assertThat(context).hasFailed();
          FailureAnalysis analysis = analyze(context);
          assertThat(analysis.getDescription()).containsIgnoringCase(description);
          assertThat(analysis.getAction()).contains(action);
        });
  }

  private static FailureAnalysis analyze(AssertableApplicationContext context) {
    Throwable failure = Objects.requireNonNull(context.getStartupFailure());
    return SpringFactoriesLoader.forDefaultResourceLocation()
        .load(
            FailureAnalyzer.class,
            ArgumentResolver.of(BeanFactory.class, new DefaultListableBeanFactory())
                .and(Environment.class, new MockEnvironment()),
            // Some are for libraries that are not here.
            FailureHandler.handleMessage((message, missing) -> {}))
        .stream()
        .map(analyzer -> analyzer.analyze(failure))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new AssertionError("Nobody explains it", failure));
  }

  private static Egress sink() {
    return batch -> CompletableFuture.completedFuture(null);
  }

  private static SnapshotStore.Content content(byte[] bytes) {
    return new SnapshotStore.Content() {

      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(bytes));
      }
    };
  }

  private static MessageType<Thread> type(String name) {
    return new MessageType<>() {

      @Override
      public TypeName typeName() {
        return TypeName.parse(name);
      }

      @Override
      public Class<Thread> javaType() {
        return Thread.class;
      }

      @Override
      public byte[] serialize(Thread value) {
        return new byte[0];
      }

      @Override
      public Thread deserialize(byte[] bytes) {
        return new Thread();
      }

      @Override
      public boolean immutable() {
        return true;
      }
    };
  }

  @StatefulFunction("test/emitter")
  static class Emitter {

    @MessageHandler
    void on(String text, Context context) {
      context.egress("test/out", text);
    }
  }

  @StatefulFunction("nameless")
  static class InvalidName {

    @MessageHandler
    void on(String text) {}
  }

  @StatefulFunction("test/mistaken")
  static class NoHandler {}

  @StatefulFunction("test/mistaken")
  static class NoMessage {

    @MessageHandler
    void on(Context context) {}
  }

  @StatefulFunction("test/mistaken")
  static class TwoHandlers {

    @MessageHandler
    void on(String text) {}

    @MessageHandler
    void alsoOn(String text) {}
  }

  @StatefulFunction("test/mistaken")
  static class UntypedState {

    @MessageHandler
    void on(String text, @State("sum") ValueState<?> sum) {}
  }

  @StatefulFunction("test/mistaken")
  static class UnknownType {

    @MessageHandler
    void on(Thread thread) {}
  }

  /** An invoker of the counter's type. */
  static class Other implements FunctionInvoker {

    @Override
    public TypeName type() {
      return TypeName.parse("test/counter");
    }

    @Override
    public List<StateSpec> states() {
      return List.of();
    }

    @Override
    public FailurePolicy failurePolicy() {
      return FailurePolicy.DEFAULT;
    }

    @Override
    public void invoke(Invocation invocation) {}
  }

  @EgressFor("sink")
  static class Misnamed implements Egress {

    @Override
    public CompletableFuture<?> deliver(List<Delivery> batch) {
      return CompletableFuture.completedFuture(null);
    }
  }

  static class ListenerWithInvalidName {

    @EgressListener("out")
    void on(String text) {}
  }

  static class ListenerOfNothing {

    @EgressListener("test/out")
    void on() {}
  }

  static class ListenerOfMuch {

    @EgressListener("test/out")
    void on(String text, Integer number) {}
  }

  static class ListenerWithResult {

    @EgressListener("test/out")
    String on(String text) {
      return text;
    }
  }

  static class ListenerOfThreads {

    @EgressListener("test/out")
    void on(Thread thread) {}
  }

  @Configuration(proxyBeanMethods = false)
  static class RawRouter {

    @Bean
    @SuppressWarnings("rawtypes")
    Router raw() {
      return (message, routes) -> {};
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class TwoRouters {

    @Bean
    Router<String> first() {
      return (message, routes) -> {};
    }

    @Bean
    Router<String> second() {
      return (message, routes) -> {};
    }
  }

  static class EmptyIngress implements Ingress {

    @Override
    public TypeName name() {
      return TypeName.parse("test/in");
    }

    @Override
    public List<Split> splits() {
      return List.of();
    }
  }
}
