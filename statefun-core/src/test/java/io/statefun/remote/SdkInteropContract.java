/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.TypedValue;
import io.statefun.remote.endpoint.reference.BeanFunctions;
import io.statefun.remote.endpoint.reference.Programs;
import io.statefun.remote.protocol.KafkaProducerRecord;
import io.statefun.remote.protocol.ToFunction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that are written with an SDK of Apache's, called over HTTP by a whole engine. */
abstract class SdkInteropContract {

  private static final String CALCULATOR = "ref/calculator";

  /** Functions that are deployed by a test, some of which take the place of another. */
  enum Version {
    /** Appends messages to a state, and replies it. */
    LOG,
    /** The same with another state, which it does not use. */
    LOG_WITH_MORE,
    /** Counts messages in another state, and replies both. */
    COUNTING_LOG,
    /** Has no state. */
    STATELESS_LOG,
    /** Sends messages to the sink later, and cancels them. */
    ALARM,
    /** Shows two states, one of which expires after it was written, the other after a call. */
    EXPIRING
  }

  private FunctionServer server;
  private RunningApplication application;

  /** The functions that all SDKs have, in the SDK's language. */
  abstract FunctionServer.Handler functions();

  /** A function of these tests. */
  abstract FunctionServer.Handler deployed(Version version);

  @BeforeEach
  void start() throws Exception {
    server = FunctionServer.start(functions());
    application =
        new RunningApplication(
            List.of(
                RemoteEndpoint.of("ref/*", server.url() + "/fn/{function.name}"),
                RemoteEndpoint.of("sdk/log", server.url() + "/log"),
                RemoteEndpoint.of("sdk/alarm", server.url() + "/alarm"),
                RemoteEndpoint.of("sdk/expiring", server.url() + "/expiring")),
            List.of());
  }

  @AfterEach
  void close() throws Exception {
    application.close();
    server.close();
  }

  static List<String> states() {
    return Programs.STATES;
  }

  /** Has the calculator do something, and waits until that is committed. */
  private void calculate(String program) throws Exception {
    assertThat(application.request(CALCULATOR, "a", program + "\nreply 1", Integer.class))
        .isEqualTo(1);
  }

  private TypedValue shown() {
    RunningApplication.until(() -> application.sink.size() == 1);
    return application.sink.remove(0);
  }

  private static TypedValue value(Object value) {
    return BeanFunctions.TYPES.wrap(value);
  }

  // States

  @ParameterizedTest
  @MethodSource("states")
  void aStateOfEachTypeIsKept(String state) throws Exception {
    calculate("set " + state + " 7");
    calculate("show " + state);
    assertThat(shown()).isEqualTo(value(BeanFunctions.value(state, 7)));

    calculate("set " + state + " -8");
    calculate("show " + state);
    assertThat(shown()).isEqualTo(value(BeanFunctions.value(state, -8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bool", "int", "long", "float", "double", "string"})
  void aValueOfNoBytesIsKept(String state) throws Exception {
    calculate("set " + state + " 0");
    calculate("show " + state);

    assertThat(shown()).isEqualTo(value(BeanFunctions.value(state, 0)));
  }

  @ParameterizedTest
  @MethodSource("states")
  void aStateIsRemoved(String state) throws Exception {
    calculate("set " + state + " 7");
    calculate("clear " + state);
    calculate("show " + state);

    assertThat(shown()).isEqualTo(value("none"));
  }

  @Test
  void aFunctionIsGivenItsStatesWhenItHasAskedForThem() throws Exception {
    calculate("set int 7");
    calculate("set int 8");

    assertThat(server.requests).hasSize(3);
    assertThat(server.requests.get(0).getStateList()).isEmpty();
    assertThat(server.requests.get(1).getStateList())
        .extracting(ToFunction.PersistedValue::getStateName)
        .containsExactlyInAnyOrderElementsOf(Programs.STATES);
    assertThat(server.requests.get(1).getInvocationsList())
        .isEqualTo(server.requests.get(0).getInvocationsList());
    assertThat(server.ids.get(1)).isEqualTo(server.ids.get(0));
    assertThat(server.ids.get(2)).isNotEqualTo(server.ids.get(0));
  }

  // Effects

  @Test
  void recordsLeaveThroughEgresses() throws Exception {
    calculate("egress point 3\nkafka 4");

    RunningApplication.until(() -> application.emitted.size() == 2);
    assertThat(application.emitted)
        .anySatisfy(
            record -> {
              assertThat(record.egress()).hasToString("ref/out");
              assertThat(record.value()).isEqualTo(value(BeanFunctions.value("point", 3)));
            })
        .anySatisfy(
            record -> {
              assertThat(record.egress()).hasToString("ref/kafka");
              assertThat(record.value().typeName())
                  .hasToString("type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord");
              KafkaProducerRecord forKafka = KafkaProducerRecord.parseFrom(record.value().bytes());
              assertThat(forKafka.getTopic()).isEqualTo("topic");
              assertThat(forKafka.getKey()).isEqualTo("key 4");
              assertThat(forKafka.getValueBytes().toStringUtf8()).isEqualTo("value 4");
            });
  }

  @Test
  void messagesOfEachTypeAreGivenAndTaken() throws Exception {
    List<Object> messages =
        List.of(
            true,
            false,
            5,
            0,
            5L,
            0L,
            1.5f,
            1.5,
            "text",
            "",
            BeanFunctions.value("point", 7),
            BeanFunctions.value("json", 7));
    for (Object message : messages) {
      application.send("ref/stateless", "a", message);
    }

    RunningApplication.until(() -> application.sink.size() == messages.size());
    assertThat(application.sink)
        .containsExactlyElementsOf(messages.stream().map(SdkInteropContract::value).toList());
  }

  @Test
  void functionsBehindOneEndpointAreCalledUnderTheirNames() throws Exception {
    calculate("set int 1");
    application.send("ref/stateless", "a", "message");
    application.send("ref/asking", "a", "question");

    RunningApplication.until(() -> application.sink.size() == 2);
    assertThat(server.paths).contains("/fn/calculator", "/fn/stateless", "/fn/asking");
  }

  // Functions that a test deploys

  @Test
  void whatComesDuringACallIsTheNextBatchInItsOrder() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    FunctionServer.Handler log = deployed(Version.LOG);
    server.redeploy(
        request -> {
          sent.await();
          return log.handle(request);
        });
    for (int i = 0; i < 200; i++) {
      application.send("sdk/log", "a", "" + i);
    }
    sent.countDown();

    assertThat(application.request("sdk/log", "a", "end", String.class))
        .isEqualTo(
            IntStream.range(0, 200).mapToObj(i -> i + ",").collect(Collectors.joining()) + "end,");
    assertThat(server.requests)
        .anySatisfy(request -> assertThat(request.getInvocationsCount()).isGreaterThan(10));
  }

  @Test
  void aFunctionThatIsDeployedWithOneMoreStateIsAskedOnAndGivenIt() throws Exception {
    server.redeploy(deployed(Version.LOG));
    assertThat(application.request("sdk/log", "a", "1", String.class)).isEqualTo("1,");

    server.redeploy(deployed(Version.COUNTING_LOG));

    assertThat(application.request("sdk/log", "a", "2", String.class)).isEqualTo("1,1");
    assertThat(application.request("sdk/log", "a", "3", String.class)).isEqualTo("1,2");
  }

  @Test
  void aFunctionThatIsDeployedWithOneStateLessLosesNone() throws Exception {
    server.redeploy(deployed(Version.LOG_WITH_MORE));
    application.request("sdk/log", "a", "1", String.class);
    server.redeploy(deployed(Version.STATELESS_LOG));
    application.request("sdk/log", "a", "2", String.class);
    server.redeploy(deployed(Version.LOG));

    assertThat(application.request("sdk/log", "a", "3", String.class)).isEqualTo("1,3,");
  }

  private void alarm(String message) throws Exception {
    application.request("sdk/alarm", "a", message, String.class);
  }

  @Test
  void aDelayedMessageComesLater() throws Exception {
    server.redeploy(deployed(Version.ALARM));
    alarm("after first 0");
    alarm("after second 10");
    alarm("after tomorrow 86400000");
    RunningApplication.until(() -> application.sink.size() == 2);

    application.pass(Duration.ofDays(1));
    alarm("cancel nothing");

    RunningApplication.until(() -> application.sink.size() == 3);
    assertThat(application.sink)
        .containsExactly(value("first"), value("second"), value("tomorrow"));
  }

  @Test
  void aDelayedMessageThatIsCancelledDoesNotCome() throws Exception {
    server.redeploy(deployed(Version.ALARM));
    alarm("set one 3600000");
    alarm("set other 3600000");
    alarm("setAndCancel third");
    alarm("cancel one");

    application.pass(Duration.ofHours(1));
    alarm("cancel third");
    RunningApplication.until(() -> application.sink.size() == 1);
    alarm("cancel other");
    alarm("set other 1");
    RunningApplication.until(() -> application.sink.size() == 2);

    assertThat(application.sink).containsExactly(value("other"), value("other"));
  }

  private String expiring(String message) throws Exception {
    return application.request("sdk/expiring", "a", message, String.class);
  }

  @Test
  void aStateExpiresAfterItWasWrittenOrAfterTheLastCall() throws Exception {
    server.redeploy(deployed(Version.EXPIRING));
    assertThat(expiring("set")).isEqualTo("written called");

    application.pass(Duration.ofMinutes(40));
    assertThat(expiring("show")).isEqualTo("written called");
    application.pass(Duration.ofMinutes(40));
    assertThat(expiring("show")).isEqualTo("- called");
    application.pass(Duration.ofMinutes(61));
    assertThat(expiring("show")).isEqualTo("- -");
  }
}
