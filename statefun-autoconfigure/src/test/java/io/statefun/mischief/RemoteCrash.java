/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import io.statefun.chaos.JavaProcess;
import io.statefun.chaos.Load;
import io.statefun.chaos.Store;
import io.statefun.mischief.application.MischiefApplication;
import io.statefun.services.KafkaCluster;
import io.statefun.services.LocalPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.util.FileSystemUtils;

/**
 * Runs an application whose functions are all behind HTTP, in a process of their own that answers a
 * share of its calls wrongly or not at all; and every few seconds kills or pauses one of the two.
 * In the end everything that was sent must have come out once, in order, and whatever was called
 * again must have been called as before.
 */
final class RemoteCrash implements AutoCloseable {

  private static final int KEYS = 100;
  private static final int PARTITIONS = 4;
  private static final int SESSION_MILLIS = 3_000;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** For so long nothing comes if nothing more will come. */
  private static final Duration QUIET = Duration.ofSeconds(90);

  private static final Pattern DEAD_LETTER =
      Pattern.compile("A message for (\\S+) goes to the dead letters");

  private final Settings settings;
  private final Random random;
  private final Path directory;
  private final KafkaCluster brokers;
  private final Store store;
  private final int port = LocalPorts.free();
  private final JavaProcess application;
  private JavaProcess endpoint;
  private final List<Strike> deck = new ArrayList<>();
  private int endpoints;
  private int kills;
  private int endpointKills;
  private int pauses;
  private int endpointPauses;
  private int brokerRestarts;

  private RemoteCrash(Settings settings) throws IOException {
    this.settings = settings;
    this.random = new Random(settings.seed());
    this.directory = settings.directory().toAbsolutePath();
    FileSystemUtils.deleteRecursively(directory);
    Files.createDirectories(directory);
    this.brokers = KafkaCluster.start(directory.resolve("kafka"), 1);
    this.store = Store.of(settings.store(), directory);
    this.application =
        new JavaProcess(directory.resolve("application"), MischiefApplication.class, arguments());
    this.endpoint = newEndpoint();
    deck.addAll(settings.poison() ? Strike.ofTheEndpoint() : Strike.first());
    Collections.shuffle(deck, random);
  }

  /**
   * What to do.
   *
   * @param store redis, s3 or file
   * @param perSecond records a second
   * @param mischief the share of calls that are not answered as they should be
   * @param poison whether some records are never answered, and the application is left alone
   */
  record Settings(
      Duration time,
      String store,
      int perSecond,
      double mischief,
      boolean poison,
      long seed,
      Path directory,
      boolean verbose) {}

  /** What is done to the processes. */
  private enum Strike {
    KILL_ENDPOINT,
    PAUSE_ENDPOINT,
    KILL,
    KILL_AND_WIPE,
    PAUSE,
    KILL_BOTH,
    KILL_EVERYTHING;

    static List<Strike> first() {
      return List.of(KILL_ENDPOINT, PAUSE_ENDPOINT, KILL_AND_WIPE);
    }

    static List<Strike> ofTheEndpoint() {
      return List.of(KILL_ENDPOINT, PAUSE_ENDPOINT);
    }
  }

  /**
   * What came of it.
   *
   * @param changedBatches calls that were other than before under the same id
   * @param rebatched messages that have come under more than one id
   * @param deadLetters by instance
   */
  record Result(
      long records,
      long missing,
      long duplicated,
      long reordered,
      long wrong,
      long changedBatches,
      long rebatched,
      Map<String, Integer> deadLetters,
      long calls,
      long repeated,
      Map<String, Integer> misdeeds,
      int kills,
      int endpointKills,
      int pauses,
      int endpointPauses,
      int brokerRestarts,
      List<String> complaints) {

    boolean isGood() {
      return missing == 0
          && duplicated == 0
          && reordered == 0
          && wrong == 0
          && changedBatches == 0
          && rebatched == 0;
    }

    @Override
    public String toString() {
      return ("records=%d missing=%d duplicated=%d reordered=%d wrong=%d changed_batches=%d"
              + " rebatched=%d dead_letters=%d calls=%d repeated=%d misdeeds=%d kills=%d"
              + " endpoint_kills=%d pauses=%d endpoint_pauses=%d broker_restarts=%d")
          .formatted(
              records,
              missing,
              duplicated,
              reordered,
              wrong,
              changedBatches,
              rebatched,
              sum(deadLetters),
              calls,
              repeated,
              sum(misdeeds),
              kills,
              endpointKills,
              pauses,
              endpointPauses,
              brokerRestarts);
    }

    private static int sum(Map<String, Integer> counts) {
      return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  public static void main(String[] arguments) throws Exception {
    double minutes = 10;
    String store = "redis";
    int rate = 300;
    double mischief = 0.2;
    boolean poison = false;
    long seed = System.nanoTime();
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      if (argument.startsWith("--minutes=")) {
        minutes = Double.parseDouble(value);
      } else if (argument.startsWith("--store=")) {
        store = value;
      } else if (argument.startsWith("--rate=")) {
        rate = Integer.parseInt(value);
      } else if (argument.startsWith("--mischief=")) {
        mischief = Double.parseDouble(value);
      } else if (argument.equals("--poison")) {
        poison = true;
      } else if (argument.startsWith("--seed=")) {
        seed = Long.parseLong(value);
      } else {
        System.err.println("What is " + argument + "? See --help.");
        System.exit(2);
      }
    }
    Duration time = Duration.ofMillis((long) (minutes * 60_000));
    System.out.println("seed=" + seed);
    Result result =
        run(
            new Settings(
                time, store, rate, mischief, poison, seed, Path.of("target/remote-crash"), true));
    result.complaints().forEach(System.out::println);
    System.out.println(result.misdeeds());
    if (poison) {
      System.out.println("dead letters " + result.deadLetters());
    }
    if (result.misdeeds().isEmpty() && mischief > 0
        || result.kills() + result.endpointKills() == 0) {
      System.out.println("Too little has struck, so this proves nothing.");
      System.out.println(result);
      System.exit(1);
    }
    System.out.println(result);
    Map<String, Integer> expected = poison ? poisoned(result.records()) : Map.of();
    System.exit(result.isGood() && result.deadLetters().equals(expected) ? 0 : 1);
  }

  static Result run(Settings settings) throws Exception {
    try (RemoteCrash crash = new RemoteCrash(settings)) {
      return crash.run();
    }
  }

  private Result run() throws Exception {
    createTopics();
    endpoint.start();
    application.start();
    try (Load load = new Load(brokers.bootstrapServers(), "crash-in", KEYS, settings.perSecond());
        StepVerifier verifier =
            new StepVerifier(
                brokers.bootstrapServers(),
                "crash-out",
                PARTITIONS,
                settings.poison() ? Poison::is : (key, number) -> false)) {
      load.start();
      awaitProgress(verifier);
      long end = System.nanoTime() + settings.time().toNanos();
      for (int strikes = 0; System.nanoTime() < end || strikes < least(); strikes++) {
        // Most strikes hit an application that works; the others may hit one that is starting.
        if (strikes < least() || random.nextInt(4) != 0) {
          awaitProgress(verifier);
        }
        read(verifier, random.nextInt(5_000));
        strike(verifier);
      }
      startTheDead();
      return finish(verifier, load.stop());
    }
  }

  /** What strikes is chance, but a short run without a kill of either would prove nothing. */
  private int least() {
    return settings.poison() ? Strike.ofTheEndpoint().size() : Strike.first().size();
  }

  private void createTopics() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("crash-in", Optional.of(PARTITIONS), Optional.empty()),
                  new NewTopic("crash-out", Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
  }

  private List<String> arguments() {
    String endpointName = "--statefun.remote.endpoints.crash.";
    List<String> arguments = new ArrayList<>();
    arguments.add("--spring.application.name=crash");
    arguments.add("--spring.main.keep-alive=true");
    arguments.add("--spring.kafka.bootstrap-servers=" + brokers.bootstrapServers());
    arguments.add("--statefun.partitions=8");
    arguments.add("--statefun.kafka.session-timeout=" + SESSION_MILLIS + "ms");
    arguments.add("--statefun.kafka.transaction-timeout=5s");
    arguments.add("--statefun.kafka.ingress[0].topics=crash-in");
    arguments.add("--statefun.kafka.ingress[0].type=" + StepFunctions.Numbered.class.getName());
    arguments.add("--statefun.kafka.ingress[0].target=crash/first");
    arguments.add("--statefun.kafka.egress[0].name=crash/out");
    arguments.add("--statefun.kafka.egress[0].topic=crash-out");
    arguments.add("--statefun.snapshot.max-chain-length=30");
    arguments.add("--statefun.savepoint.schedule=*/3 * * * * *");
    arguments.add("--statefun.savepoint.retain=2");
    arguments.add(endpointName + "functions=crash/*");
    arguments.add(endpointName + "url=http://localhost:" + port + "/{function.name}");
    arguments.add(endpointName + "allowed-targets=crash");
    arguments.add(endpointName + "max-concurrent-calls=64");
    arguments.add(endpointName + "max-response-size=200KB");
    arguments.add(endpointName + "timeouts.connect=1s");
    arguments.add(endpointName + "timeouts.read=1s");
    arguments.add(endpointName + "timeouts.write=1s");
    arguments.add(endpointName + "timeouts.call=3s");
    arguments.add(endpointName + "retry.max-backoff=1s");
    // What passes is no reason to give a message up, and what lasts is soon known to.
    arguments.add(endpointName + "failure.max-attempts=" + (settings.poison() ? 6 : 1_000_000));
    arguments.add(endpointName + "failure.initial-backoff=5ms");
    arguments.add(endpointName + "failure.max-backoff=" + (settings.poison() ? "10ms" : "200ms"));
    arguments.addAll(store.arguments());
    return arguments;
  }

  private JavaProcess newEndpoint() {
    long seed = settings.seed() * 1_000 + endpoints++;
    return new JavaProcess(
        directory.resolve("endpoint"),
        MischievousEndpoint.class,
        List.of(
            "" + port, "" + calls(), "" + seed, "" + settings.mischief(), "" + settings.poison()));
  }

  private Path calls() {
    return directory.resolve("calls.log");
  }

  /** Reads on while time goes by. */
  private static void read(StepVerifier verifier, long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      verifier.read(Duration.ofMillis(100));
    }
  }

  private void awaitProgress(StepVerifier verifier) throws IOException {
    long before = verifier.seen();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (verifier.seen() == before) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("Nothing has come out for " + PATIENCE);
      }
      read(verifier, 100);
      startTheDead();
    }
  }

  private void startTheDead() throws IOException {
    if (!application.isAlive()) {
      say("the application has ended by itself, and is started again");
      application.start();
    }
    if (!endpoint.isAlive()) {
      throw new IllegalStateException("The endpoint has ended by itself: see " + endpoint.log());
    }
  }

  // Strikes

  private void strike(StepVerifier verifier) throws Exception {
    startTheDead();
    if (deck.isEmpty()) {
      deck.addAll(settings.poison() ? Strike.ofTheEndpoint() : Arrays.asList(Strike.values()));
      Collections.shuffle(deck, random);
    }
    Strike strike = deck.remove(0);
    say(strike.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    switch (strike) {
      case KILL_ENDPOINT -> {
        killEndpoint();
        read(verifier, random.nextInt(3_000));
        startEndpoint();
      }
      case PAUSE_ENDPOINT -> {
        endpoint.pause();
        endpointPauses++;
        read(verifier, 500 + random.nextInt(4_000));
        endpoint.resume();
      }
      case KILL -> {
        kill();
        application.start();
      }
      case KILL_AND_WIPE -> {
        kill();
        application.wipeDisk();
        application.start();
      }
      case PAUSE -> {
        application.pause();
        pauses++;
        read(verifier, random.nextInt(SESSION_MILLIS + 4_000));
        application.resume();
      }
      case KILL_BOTH -> {
        kill();
        killEndpoint();
        startEndpoint();
        application.start();
      }
      case KILL_EVERYTHING -> killEverything();
    }
  }

  private void kill() throws InterruptedException {
    application.kill();
    kills++;
  }

  private void killEndpoint() throws InterruptedException {
    endpoint.kill();
    endpointKills++;
  }

  private void startEndpoint() throws IOException {
    endpoint = newEndpoint();
    endpoint.start();
  }

  private void killEverything() throws Exception {
    brokers.kill();
    kill();
    killEndpoint();
    brokerRestarts++;
    store.takeAway();
    store.bringBack();
    brokers.restart();
    startEndpoint();
    application.start();
  }

  // The end

  private Result finish(StepVerifier verifier, long records) throws IOException {
    say("all " + records + " records are sent; waiting for what is missing");
    long end = System.nanoTime() + QUIET.toNanos();
    for (long seen = 0; verifier.missing(records, KEYS) > 0 && System.nanoTime() < end; ) {
      startTheDead();
      read(verifier, 500);
      if (verifier.seen() > seen) {
        seen = verifier.seen();
        end = System.nanoTime() + QUIET.toNanos();
      }
    }
    read(verifier, 3_000); // something may still come twice
    if (settings.poison()) {
      int poisoned = Result.sum(poisoned(records));
      end = System.nanoTime() + PATIENCE.toNanos();
      while (Result.sum(deadLetters()) < poisoned && System.nanoTime() < end) {
        read(verifier, 500);
      }
    }
    CallLogCheck log = CallLogCheck.of(calls(), !settings.poison());
    List<String> complaints = new ArrayList<>(verifier.complaints());
    complaints.addAll(log.complaints());
    long missing = verifier.missing(records, KEYS);
    if (missing > 0 && !log.taken().isEmpty()) {
      complaints.add("The last answers to calls were " + log.taken());
    }
    return new Result(
        records,
        missing,
        verifier.duplicated(),
        verifier.reordered(),
        verifier.wrong(),
        log.changed(),
        log.rebatched(),
        deadLetters(),
        log.calls(),
        log.repeated(),
        log.misdeeds(),
        kills,
        endpointKills,
        pauses,
        endpointPauses,
        brokerRestarts,
        complaints);
  }

  /** How many of so many records are never answered, by instance. */
  static Map<String, Integer> poisoned(long records) {
    Map<String, Integer> poisoned = new TreeMap<>();
    for (int i = 0; i < KEYS; i++) {
      for (long number = 1; number <= records / KEYS + (i < records % KEYS ? 1 : 0); number++) {
        if (Poison.is("k" + i, number)) {
          poisoned.merge("crash/first/k" + i, 1, Integer::sum);
        }
      }
    }
    return poisoned;
  }

  private Map<String, Integer> deadLetters() throws IOException {
    Map<String, Integer> letters = new TreeMap<>();
    try (Stream<String> lines = Files.lines(application.log())) {
      lines
          .map(DEAD_LETTER::matcher)
          .filter(Matcher::find)
          .forEach(found -> letters.merge(found.group(1), 1, Integer::sum));
    }
    return letters;
  }

  private void say(String what) {
    if (settings.verbose()) {
      System.out.println(LocalTime.now().withNano(0) + " " + what);
    }
  }

  @Override
  public void close() {
    application.close();
    endpoint.close();
    brokers.close();
    store.close();
  }
}
