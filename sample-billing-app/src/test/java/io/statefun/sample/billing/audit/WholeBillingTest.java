/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.function.EgressRecord;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypedValue;
import io.statefun.sample.billing.changes.ChangeParser;
import io.statefun.sample.billing.changes.InputFile;
import io.statefun.sample.billing.fake.TestTypes;
import io.statefun.sample.billing.fake.World;
import io.statefun.sample.billing.gateway.ProviderAnswersIngress;
import io.statefun.sample.billing.payment.PaymentFunction;
import io.statefun.sample.billing.payment.PaymentRequest;
import io.statefun.sample.billing.payment.ProviderAnswer;
import io.statefun.sample.billing.payment.RetryPolicy;
import io.statefun.sample.billing.provider.ChargeRequest;
import io.statefun.sample.billing.provider.PaymentProvider;
import io.statefun.sample.billing.provider.ProviderBehaviour;
import io.statefun.sample.billing.totals.TotalsFunction;
import io.statefun.sample.billing.user.BillingCalendar;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.UserFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All functions, the provider and the auditor together, with the clock and the input at odds. */
class WholeBillingTest {

  private static final int USERS = 300;
  private static final int STEPS_OF_QUIET = 50; // the provider's longest delay is over by then
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final MessageType<ProviderAnswer> ANSWER = TestTypes.of(ProviderAnswer.class);

  private final List<ChargeRequest> outgoing = new ArrayList<>();
  private final List<String> alerts = new ArrayList<>();
  @TempDir private Path directory;
  private Path ledger;
  private Path input;
  private World world;
  private PaymentProvider provider;
  private ProviderAnswersIngress ingress;
  private int deliveries;

  @BeforeEach
  void start() {
    ledger = directory.resolve("ledger.log");
    input = InputFile.prepare(directory, USERS);
    world =
        new World(
            Instant.parse("2026-01-01T00:00:00Z"),
            this::take,
            new UserFunction(new BillingCalendar(PERIOD, 4)),
            new PaymentFunction(new RetryPolicy(50, Duration.ofMillis(500))),
            new TotalsFunction());
    openProvider(null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void givenChangesThatComeBeforeDuringAndAfterTheirPeriodsThenEachPaymentIsMadeOnce(int seed)
      throws IOException {
    Random random = new Random(seed);
    int slowness = 1 << seed; // the higher, the further the clock gets ahead of the input
    ChangeParser parser = new ChangeParser();
    Iterator<String> lines = Files.readAllLines(input).iterator();
    for (int quiet = 0; quiet < STEPS_OF_QUIET; quiet++) {
      for (int i = 0; i < 40 / slowness + 1 && lines.hasNext(); i++) {
        UserChange change = parser.parse(lines.next());
        world.send(Address.of(UserFunction.TYPE, change.userId()), change);
      }
      world.handle(random.nextInt(200));
      if (lines.hasNext() || !world.isIdle() || !outgoing.isEmpty()) {
        quiet = 0;
      }
      step(random);
    }

    assertThat(audit()).startsWith("users=300 due=").endsWith("duplicates=0 lost=0 unknown=0");
    assertThat(alerts).isEmpty();
  }

  private void step(Random random) {
    world.setNow(world.now().plusMillis(random.nextInt(800)));
    if (random.nextInt(3) == 0) {
      provider.receive(outgoing);
      if (random.nextInt(10) != 0) {
        outgoing.clear(); // otherwise the acknowledgement was lost, and they are delivered again
      }
    }
    provider.answer();
    pollAnswers();
    if (random.nextInt(20) == 0) {
      byte[] position = ingress.splits().get(0).position();
      provider.close();
      openProvider(position);
    }
  }

  private void openProvider(byte @Nullable [] position) {
    ProviderBehaviour behaviour = new ProviderBehaviour(0.3, Duration.ofSeconds(2), 7);
    provider = PaymentProvider.open(ledger, behaviour, () -> world.now());
    ingress = new ProviderAnswersIngress(provider, ANSWER);
    ingress.splits().get(0).open(position, () -> {});
  }

  private void pollAnswers() {
    Ingress.Collector collector =
        new Ingress.Collector() {
          @Override
          public void send(Address target, TypedValue message, Map<String, byte[]> headers) {
            world.send(target, message.as(ANSWER));
          }

          @Override
          public void emit(EgressRecord emitted) {
            throw new IllegalStateException("The answers' ingress emits nothing");
          }

          @Override
          public void reject(String origin, TypedValue raw, Throwable cause) {
            throw new IllegalStateException(origin, cause);
          }
        };
    boolean more = true;
    while (more) {
      more = ingress.splits().get(0).poll(collector);
    }
  }

  private void take(EgressRecord egressRecord) {
    if (egressRecord.value() instanceof PaymentRequest request) {
      outgoing.add(
          new ChargeRequest(
              "d" + deliveries++, request.paymentId(), request.attempt(), request.amountCents()));
    } else {
      alerts.add(egressRecord.value().toString());
    }
  }

  private String audit() {
    provider.close();
    return Audit.summary(new Audit(input, ledger, 4).report(0));
  }
}
