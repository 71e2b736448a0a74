/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.statefun.autoconfigure.EgressListener;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.autoconfigure.elsewhere.RiskScore;
import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageTypeName;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.remote.endpoint.HttpEndpoint;
import io.statefun.remote.endpoint.RequestReplyHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * A company that bills its users: an application with a web server, whose payments ask a function
 * elsewhere how risky they are, and to which changes of users come all the time.
 */
final class BillingDesk implements AutoCloseable {

  /** What somebody would like to run in the browser of who looks at it. */
  static final String ATTACK = "<img src=x onerror=\"window.attacked=1\">";

  private final Elsewhere elsewhere = new Elsewhere();
  private final ConfigurableApplicationContext context;

  BillingDesk(Path folder, Class<?> application, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.application.name=billing",
                "--server.port=0",
                "--logging.level.root=error",
                "--statefun.partitions=16",
                "--statefun.workers=2",
                "--statefun.remote.endpoints.risk.functions=risk/score",
                "--statefun.remote.endpoints.risk.url=" + elsewhere.url(),
                "--statefun.remote.endpoints.risk.retry.max-backoff=200ms",
                "--statefun.data-directory=" + folder.resolve("local"),
                "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")));
    all.addAll(List.of(arguments));
    try {
      context = new SpringApplicationBuilder(application).run(all.toArray(String[]::new));
    } catch (RuntimeException e) {
      elsewhere.close();
      throw e;
    }
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  int port() {
    return Objects.requireNonNull(((ServletWebServerApplicationContext) context).getWebServer())
        .getPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  Elsewhere elsewhere() {
    return elsewhere;
  }

  void send(String function, String id, Object message) {
    bean(StateFunTemplate.class).send(function, id, message).join();
  }

  /** What the night left behind. */
  void makeDeadLetters() {
    send("billing/user", "u-7577", new BillingDue(7));
    send("billing/user", "u-8210", new BillingDue(7));
    send("billing/user", "u-1007", new PlanChanged("TEAM", -4900, "eur"));
    send("billing/invoice", "i-2026-0031", new InvoiceWanted("u-3141", 1900, "dollars"));
    send("billing/user", "u-9711", new BillingDue(7));
  }

  @Override
  public void close() {
    context.close();
    elsewhere.close();
  }

  // Messages

  @MessageTypeName("billing/plan-changed")
  record PlanChanged(String plan, long cents, String currency) {}

  @MessageTypeName("billing/billing-due")
  record BillingDue(int period) {}

  @MessageTypeName("billing/charge")
  record Charge(String user, long cents, int period) {}

  @MessageTypeName("billing/settled")
  record Settled(String payment, boolean paid) {}

  @MessageTypeName("billing/invoice-wanted")
  record InvoiceWanted(String user, long cents, String currency) {}

  @MessageTypeName("billing/counted")
  record Counted(long cents) {}

  // States

  record Profile(String plan, long cents, String currency, String status) {}

  record Payment(String user, long cents, int period, String status) {}

  // Functions

  /** A user. */
  @StatefulFunction("billing/user")
  @OnFailure(maxAttempts = 1)
  static class User {

    @MessageHandler
    void on(
        PlanChanged change,
        @State("profile") ValueState<Profile> profile,
        @State("period") ValueState<Integer> period,
        Context context) {
      if (change.cents() < 0) {
        throw new IllegalArgumentException(
            "The price of plan " + change.plan() + " is negative: " + change.cents() + " cents");
      }
      profile.set(new Profile(change.plan(), change.cents(), change.currency(), "ACTIVE"));
      context.reminders().after("next-bill", Duration.ofDays(30), new BillingDue(8));
      int next = period.getOrDefault(0) + 1;
      period.set(next);
      context.send(
          "billing/payment",
          context.self().id() + "-p" + next,
          new Charge(context.self().id(), change.cents(), next));
    }

    @MessageHandler
    void on(BillingDue due, @State("profile") ValueState<Profile> profile, Context context) {
      Profile known = profile.get();
      if (known == null) {
        throw new IllegalStateException(
            "Period "
                + due.period()
                + " of user "
                + context.self().id()
                + " cannot be billed: no plan is known, as its change never came");
      }
      context.send(
          "billing/payment",
          context.self().id() + "-p" + due.period(),
          new Charge(context.self().id(), known.cents(), due.period()));
    }

    @MessageHandler
    void on(Settled settled, @State("payments") ListState<String> payments, Context context) {
      payments.add(settled.payment() + (settled.paid() ? " paid" : " refused"));
      context.send(
          "billing/invoice",
          "i-" + settled.payment(),
          new InvoiceWanted(context.self().id(), 1900, "eur"));
    }
  }

  /** A payment. */
  @StatefulFunction("billing/payment")
  static class Payments {

    @MessageHandler
    void on(Charge charge, @State("payment") ValueState<Payment> payment, Context context) {
      payment.set(new Payment(charge.user(), charge.cents(), charge.period(), "ASKED"));
      context.sendAfter(
          Duration.ofHours(1),
          context.self(),
          new RiskScore.Answer(1),
          CancellationToken.of("no-answer"));
      context.send(
          "risk/score", charge.user(), new RiskScore.Question(context.self().id(), charge.cents()));
    }

    @MessageHandler
    void on(
        RiskScore.Answer answer, @State("payment") ValueState<Payment> payment, Context context) {
      Payment asked = payment.get();
      if (asked == null || !asked.status().equals("ASKED")) {
        return;
      }
      context.cancel(CancellationToken.of("no-answer"));
      payment.set(new Payment(asked.user(), asked.cents(), asked.period(), "PAID"));
      context.egress("billing/bank-orders", asked.user() + " " + asked.cents());
      context.send("billing/user", asked.user(), new Settled(context.self().id(), true));
      context.send("billing/totals", "all", new Counted(asked.cents()));
    }
  }

  /** An invoice. */
  @StatefulFunction("billing/invoice")
  @OnFailure(maxAttempts = 2, initialBackoff = "1ms")
  static class Invoice {

    @MessageHandler
    void on(InvoiceWanted wanted, @State("sent") ValueState<Integer> sent, Context context) {
      if (wanted.currency().length() != 3) {
        throw new IllegalArgumentException(
            "'" + wanted.currency() + "' is no currency, which are as EUR");
      }
      sent.update(0, before -> before + 1);
      context.egress("billing/mails", "Invoice for " + wanted.user());
    }
  }

  /** Sums. */
  @StatefulFunction("billing/totals")
  static class Totals {

    @MessageHandler
    void on(Counted counted, @State("cents") ValueState<Long> cents) {
      cents.update(0L, before -> before + counted.cents());
    }
  }

  // Input and output

  /** Plans of users that change all the time, so many a second as somebody says. */
  static final class PlanChanges implements Ingress, Ingress.Split {

    private static final TypeName NAME = TypeName.parse("billing/plan-changes");
    private static final int BEAT_MILLIS = 20;
    private static final int USERS = 5_000;
    private static final String[] PLANS = {"SOLO", "TEAM", "COMPANY"};

    private final MessageTypes types;
    private final AtomicInteger credit = new AtomicInteger();
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor();
    private volatile int rate;
    private long given;

    PlanChanges(MessageTypes types) {
      this.types = types;
    }

    /** How many there are a second, a multiple of 50. */
    void rate(int perSecond) {
      rate = perSecond;
    }

    @Override
    public TypeName name() {
      return NAME;
    }

    @Override
    public List<Split> splits() {
      return List.of(this);
    }

    @Override
    public String id() {
      return "all";
    }

    @Override
    public void open(byte @Nullable [] position, Runnable wakeUp) {
      given = position == null ? 0 : ByteBuffer.wrap(position).getLong();
      var unused =
          beat.scheduleAtFixedRate(
              () -> {
                credit.set(Math.min(2_000, credit.get() + rate * BEAT_MILLIS / 1_000));
                wakeUp.run();
              },
              BEAT_MILLIS,
              BEAT_MILLIS,
              TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean poll(Collector out) {
      if (credit.get() <= 0) {
        return false;
      }
      credit.decrementAndGet();
      given++;
      int plan = (int) (given % PLANS.length);
      out.send(
          Address.of("billing/user", "u-" + (1_000 + given * 7 % USERS)),
          types.wrap(new PlanChanged(PLANS[plan], 1_900 + 1_000L * plan, "eur")));
      return true;
    }

    @Override
    public byte[] position() {
      return ByteBuffer.allocate(Long.BYTES).putLong(given).array();
    }

    @Override
    public void close() {
      beat.shutdownNow();
    }
  }

  /** The application. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    User user() {
      return new User();
    }

    @Bean
    Payments payments() {
      return new Payments();
    }

    @Bean
    Invoice invoice() {
      return new Invoice();
    }

    @Bean
    Totals totals() {
      return new Totals();
    }

    @Bean
    PlanChanges planChanges(MessageTypes types) {
      return new PlanChanges(types);
    }

    @Bean
    Outlets outlets() {
      return new Outlets();
    }
  }

  /** Who gets what leaves. */
  static class Outlets {

    @EgressListener("billing/bank-orders")
    void order(String order) {}

    @EgressListener("billing/mails")
    void mail(String mail) {}
  }

  /** The function that runs elsewhere. */
  static final class Elsewhere implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean down;

    Elsewhere() {
      MessageTypes types = MessageTypes.standard();
      HttpEndpoint endpoint =
          new HttpEndpoint(
              RequestReplyHandler.builder(types)
                  .function(AnnotatedFunction.bind(new RiskScore(), types, FailurePolicy.DEFAULT))
                  .build());
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      server.setExecutor(threads);
      server.createContext("/statefun", exchange -> answer(exchange, endpoint));
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/statefun";
    }

    void down(boolean isDown) {
      down = isDown;
    }

    private void answer(HttpExchange exchange, HttpEndpoint endpoint) throws IOException {
      try (exchange) {
        if (down) {
          byte[] why = "maintenance".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(503, why.length);
          exchange.getResponseBody().write(why);
          return;
        }
        HttpEndpoint.Reply reply =
            endpoint.answer(
                exchange.getRequestMethod(),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestBody());
        Map<String, String> headers = reply.headers();
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(
            reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
        exchange.getResponseBody().write(reply.body());
      }
    }

    @Override
    public void close() {
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
