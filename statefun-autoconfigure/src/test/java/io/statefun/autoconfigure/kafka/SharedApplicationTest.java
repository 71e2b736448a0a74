/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.bank.BankApplication;
import io.statefun.bank.BankApplication.Balance;
import io.statefun.bank.BankApplication.GetBalance;
import io.statefun.chaos.JavaProcess;
import io.statefun.engine.PartitionLoad;
import io.statefun.engine.RequestFailedException;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.Address;
import io.statefun.query.InstanceStates;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.services.KafkaBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What one of two processes that share an application knows of what the other one has. */
class SharedApplicationTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int PARTITIONS = 8;
  private static final int ACCOUNTS = 2_000;

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private KafkaBroker broker;
  private Topics topics;
  private JavaProcess other;
  private ConfigurableApplicationContext here;

  @BeforeEach
  void startBoth() throws Exception {
    broker = KafkaBroker.start(folder.resolve("kafka"));
    topics = new Topics(broker.bootstrapServers());
    topics.create("deposits", 2);
    topics.create("balances", 2);
    other = new JavaProcess(folder.resolve("other"), BankApplication.class, settings("none"));
    other.start();
    List<String> settings = settings("servlet");
    settings.add("--statefun.data-directory=" + folder.resolve("here"));
    here = new SpringApplicationBuilder(BankApplication.class).run(settings.toArray(String[]::new));
    for (int account = 0; account < ACCOUNTS; account++) {
      topics.sendAsync("deposits", "" + account, deposit(account, account));
    }
    await().atMost(PATIENCE).until(() -> topics.read("balances").size() == ACCOUNTS);
    await().atMost(PATIENCE).until(() -> own().size() == PARTITIONS / 2);
  }

  @AfterEach
  void stopBoth() {
    other.close();
    here.close();
    topics.close();
    broker.close();
  }

  private List<String> settings(String web) {
    return new ArrayList<>(
        List.of(
            "--spring.application.name=bank",
            "--spring.main.web-application-type=" + web,
            "--spring.main.keep-alive=true",
            "--server.port=0",
            "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "--statefun.partitions=" + PARTITIONS,
            "--statefun.workers=2",
            "--statefun.queries.timeout=5s",
            "--statefun.failure.max-attempts=1",
            "--statefun.api.read=bank/*",
            "--statefun.api.call=bank/*",
            "--statefun.sql.enabled=true",
            "--statefun.api.sql=true",
            "--statefun.console.enabled=true",
            "--statefun.console.writable=true",
            "--statefun.snapshot.file.directory=" + folder.resolve("snapshots"),
            "--statefun.snapshot.file.lock=false",
            "--statefun.kafka.session-timeout=3s",
            "--statefun.kafka.ingress[0].topics=deposits",
            "--statefun.kafka.ingress[0].target=bank/account",
            "--statefun.kafka.ingress[0].type=" + BankApplication.Deposit.class.getName(),
            "--statefun.kafka.egress[0].name=bank/balances",
            "--statefun.kafka.egress[0].topic=balances"));
  }

  private static String deposit(int account, long amount) {
    return "{\"account\":\"%d\",\"amount\":%d}".formatted(account, amount);
  }

  private StateFunEngine engine() {
    return here.getBean(StateFunEngine.class);
  }

  private Set<Integer> own() {
    return engine().partitions().stream().map(PartitionLoad::number).collect(Collectors.toSet());
  }

  private static Address account(int number) {
    return Address.of("bank/account", "" + number);
  }

  /** An account that is not here. */
  private int elsewhere() {
    Set<Integer> own = own();
    return IntStream.range(0, ACCOUNTS)
        .filter(account -> !own.contains(account(account).partition(PARTITIONS)))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> allIds() {
    return IntStream.range(0, ACCOUNTS).mapToObj(String::valueOf).sorted().toList();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .header("X-StateFun-Console", "true")
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private URI uri(String path) {
    int port =
        Objects.requireNonNull(((ServletWebServerApplicationContext) here).getWebServer())
            .getPort();
    return URI.create("http://localhost:" + port + path);
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  // Queries

  @Test
  void instancesOfTheOtherProcessAreQueriedAsItsOwn() throws Exception {
    int elsewhere = elsewhere();

    assertThat(engine().query(account(elsewhere), new GetBalance(), Balance.class).get())
        .isEqualTo(new Balance("" + elsewhere, elsewhere));
    assertThat(json("/statefun/api/functions/bank/account/" + elsewhere).toString())
        .contains("\"balance\":" + elsewhere);
    assertThat(allByHttp()).containsExactlyInAnyOrderElementsOf(allIds());
    HttpResponse<String> total =
        post(
            "/statefun/api/sql",
            "{\"sql\":\"select count(*), sum(a.balance) from \\\"bank/account\\\" a\"}");
    assertThat(total.body())
        .contains("\"rows\":[[%d,%d]]".formatted(ACCOUNTS, ACCOUNTS * (ACCOUNTS - 1) / 2));
    assertThat(all(97, page -> {})).containsExactlyInAnyOrderElementsOf(allIds());
  }

  private List<String> allByHttp() throws Exception {
    List<String> ids = new ArrayList<>();
    String path = "/statefun/api/functions/bank/account?state=balance&limit=500";
    String after = "";
    do {
      JsonNode page = json(path + after);
      page.get("instances").forEach(instance -> ids.add(instance.get("id").asString()));
      after = page.hasNonNull("next") ? "&after=" + page.get("next").asString() : "";
    } while (!after.isEmpty());
    return ids;
  }

  @Test
  void pagesGoOnWhenTheOtherProcessIsKilledAndEachInstanceComesOnce() throws Exception {
    List<String> found =
        all(
            50,
            soFar -> {
              if (soFar >= ACCOUNTS / 4 && other.isAlive()) {
                other.kill();
              }
            });

    assertThat(other.isAlive()).isFalse();
    assertThat(found).containsExactlyInAnyOrderElementsOf(allIds());
    int last = ACCOUNTS - 1;
    assertThat(engine().query(account(last), new GetBalance(), Balance.class).get())
        .isEqualTo(new Balance("" + last, last));
  }

  private interface AfterEachPage {
    void happen(int soFar) throws Exception;
  }

  /** All instances, page by page; a page that fails is asked for again, and must say why. */
  private List<String> all(int limit, AfterEachPage then) throws Exception {
    List<String> ids = new ArrayList<>();
    @Nullable String next = null;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      StateQuery query = StateQuery.of("bank/account").limit(limit).after(next);
      try {
        StatePage page = engine().queries().page(query).get(30, TimeUnit.SECONDS);
        for (InstanceStates instance : page.instances()) {
          ids.add(instance.address().id());
        }
        next = page.next();
        then.happen(ids.size());
      } catch (ExecutionException e) {
        assertThat(e.getCause())
            .isInstanceOfAny(TimeoutException.class, RequestFailedException.class);
        assertThat(e.getCause()).message().isNotBlank();
      }
    } while (next != null);
    return ids;
  }

  // The console

  @Test
  void theConsoleShowsWhoHasThePartitionsAndWhoHasThemAfterADeath() throws Exception {
    JsonNode before = await().atMost(PATIENCE).until(this::partitions, this::areAllKnown);

    assertThat(before.get("here").asInt()).isEqualTo(PARTITIONS / 2);
    assertThat(before.get("owners")).hasSize(2);
    before
        .get("owners")
        .forEach(owner -> assertThat(owner.get("partitions").asInt()).isEqualTo(PARTITIONS / 2));

    other.kill();

    JsonNode after =
        await()
            .atMost(PATIENCE)
            .until(this::partitions, partitions -> partitions.get("owners").size() == 1);
    assertThat(after.get("here").asInt()).isEqualTo(PARTITIONS);
    assertThat(after.get("owners").get(0).get("here").asBoolean()).isTrue();
  }

  private JsonNode partitions() throws Exception {
    return json("/statefun/data/partitions");
  }

  private boolean areAllKnown(JsonNode partitions) {
    for (JsonNode partition : partitions.get("partitions")) {
      if (!partition.hasNonNull("owner")) {
        return false;
      }
    }
    return partitions.get("ownersKnown").asBoolean();
  }

  @Test
  void theConsoleListsAndReplaysDeadLettersOfTheOtherProcess() throws Exception {
    int elsewhere = elsewhere();
    topics.send("deposits", "" + elsewhere, deposit(elsewhere, -7));

    JsonNode letter =
        await()
            .atMost(PATIENCE)
            .until(
                () -> json("/statefun/data/dead-letters").get("deadLetters"),
                letters -> letters.size() == 1)
            .get(0);
    assertThat(letter.toString()).contains("less than nothing: -7");
    assertThat(account(elsewhere).partition(PARTITIONS))
        .isEqualTo(Integer.parseInt(letter.get("id").asString().split("-", 2)[0]))
        .isNotIn(own());
    await()
        .atMost(PATIENCE)
        .until(() -> json("/statefun/data/overview").get("deadLettersWaiting").asInt() == 1);
    assertThat(engine().partitions()).allMatch(partition -> partition.deadLetters() == 0);
    JsonNode instance = json("/statefun/data/instance?function=bank/account&id=" + elsewhere);
    assertThat(instance.toString()).contains("less than nothing: -7");
    String replay =
        "{\"ids\":[\"%s\"],\"type\":\"%s\",\"message\":%s}"
            .formatted(
                letter.get("id").asString(),
                letter.get("type").asString(),
                JSON.writeValueAsString(deposit(elsewhere, 7)));

    HttpResponse<String> replayed = post("/statefun/data/dead-letters/replay", replay);

    assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(engine().query(account(elsewhere), new GetBalance(), Balance.class))
                    .succeedsWithin(PATIENCE)
                    .isEqualTo(new Balance("" + elsewhere, elsewhere + 7)));
    assertThat(json("/statefun/data/dead-letters").get("deadLetters")).isEmpty();
  }
}
