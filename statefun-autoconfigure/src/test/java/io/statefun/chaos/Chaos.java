/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.chaos;

import io.statefun.services.KafkaCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Runs the application under load on a real broker and a real store, and every few seconds kills,
 * pauses or wipes something, by a seed. In the end everything that was sent must have come out
 * once, in order.
 */
final class Chaos implements AutoCloseable {

  private static final int KEYS = 100;
  private static final int PARTITIONS = 4;
  private static final int SESSION_MILLIS = 3_000;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Settings settings;
  private final Random random;
  private final Path directory;
  private final KafkaCluster brokers;
  private final Store store;
  private final List<JavaProcess> nodes = new ArrayList<>();

  /** The process that is not to run at the moment. */
  private @Nullable JavaProcess removed;

  private int kills;
  private int pauses;
  private int added;
  private int brokerRestarts;
  private int storeRestarts;

  private Chaos(Settings settings) throws IOException {
    this.settings = settings;
    this.random = new Random(settings.seed());
    this.directory = settings.directory().toAbsolutePath();
    FileSystemUtils.deleteRecursively(directory);
    Files.createDirectories(directory);
    this.brokers = KafkaCluster.start(directory.resolve("kafka"), settings.brokers());
    this.store = Store.of(settings.store(), directory);
  }

  /**
   * What to do.
   *
   * @param store redis, s3 or file
   * @param nodes how many processes run the application
   * @param brokers how many; of three, two go on while one is away
   * @param perSecond records a second
   */
  record Settings(
      Duration time,
      String store,
      int nodes,
      int brokers,
      int perSecond,
      long seed,
      Path directory,
      boolean verbose) {}

  /** What came of it. */
  record Result(
      long records,
      long missing,
      long duplicated,
      long reordered,
      long wrong,
      int kills,
      int pauses,
      int brokerRestarts,
      int storeRestarts,
      int nodesAdded,
      int rebalances,
      List<String> complaints) {

    boolean isGood() {
      return missing == 0 && duplicated == 0 && reordered == 0 && wrong == 0;
    }

    @Override
    public String toString() {
      return ("records=%d missing=%d duplicated=%d reordered=%d wrong=%d kills=%d pauses=%d"
              + " broker_restarts=%d store_restarts=%d nodes_killed=%d nodes_paused=%d nodes_added=%d"
              + " rebalances=%d")
          .formatted(
              records,
              missing,
              duplicated,
              reordered,
              wrong,
              kills,
              pauses,
              brokerRestarts,
              storeRestarts,
              kills,
              pauses,
              nodesAdded,
              rebalances);
    }
  }

  public static void main(String[] arguments) throws Exception {
    double minutes = 10;
    String store = "redis";
    int nodes = 1;
    int brokers = 1;
    int rate = 500;
    long seed = System.nanoTime();
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      if (argument.startsWith("--minutes=")) {
        minutes = Double.parseDouble(value);
      } else if (argument.startsWith("--store=")) {
        store = value;
      } else if (argument.startsWith("--nodes=")) {
        nodes = Integer.parseInt(value);
      } else if (argument.startsWith("--brokers=")) {
        brokers = Integer.parseInt(value);
      } else if (argument.startsWith("--rate=")) {
        rate = Integer.parseInt(value);
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
        run(new Settings(time, store, nodes, brokers, rate, seed, Path.of("target/chaos"), true));
    result.complaints().forEach(System.out::println);
    System.out.println(result);
    System.exit(result.isGood() ? 0 : 1);
  }

  static Result run(Settings settings) throws Exception {
    try (Chaos chaos = new Chaos(settings)) {
      return chaos.run();
    }
  }

  private Result run() throws Exception {
    createTopics();
    for (int i = 0; i < settings.nodes(); i++) {
      nodes.add(newNode());
      nodes.get(i).start();
    }
    try (Load load = new Load(brokers.bootstrapServers(), "chaos-in", KEYS, settings.perSecond());
        Verifier verifier = new Verifier(brokers.bootstrapServers(), "chaos-out", PARTITIONS)) {
      load.start();
      long end = System.nanoTime() + settings.time().toNanos();
      // What strikes is chance, but a short run without a kill would prove nothing.
      while (System.nanoTime() < end || kills == 0) {
        if (random.nextInt(4) != 0) {
          awaitProgress(verifier);
        }
        read(verifier, random.nextInt(5_000));
        strike(verifier);
      }
      calm();
      long records = load.stop();
      return finish(verifier, records);
    }
  }

  private void createTopics() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("chaos-in", Optional.of(PARTITIONS), Optional.empty()),
                  new NewTopic("chaos-out", Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
  }

  private JavaProcess newNode() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--spring.application.name=chaos");
    arguments.add("--spring.main.keep-alive=true");
    arguments.add("--spring.kafka.bootstrap-servers=" + brokers.bootstrapServers());
    arguments.add("--statefun.partitions=8");
    arguments.add("--statefun.kafka.session-timeout=" + SESSION_MILLIS + "ms");
    arguments.add("--statefun.kafka.transaction-timeout=5s");
    arguments.add("--statefun.kafka.ingress[0].topics=chaos-in");
    arguments.add("--statefun.kafka.ingress[0].type=" + ChaosApplication.Numbered.class.getName());
    arguments.add("--statefun.kafka.ingress[0].target=chaos/gate");
    arguments.add("--statefun.kafka.egress[0].name=chaos/out");
    arguments.add("--statefun.kafka.egress[0].topic=chaos-out");
    arguments.add("--statefun.snapshot.max-chain-length=30");
    arguments.add("--statefun.standby.copies=1");
    arguments.add("--statefun.standby.interval=200ms");
    arguments.add("--statefun.savepoint.schedule=*/3 * * * * *");
    arguments.add("--statefun.savepoint.retain=2");
    arguments.addAll(store.arguments());
    return new JavaProcess(
        directory.resolve("node-" + nodes.size()), ChaosApplication.class, arguments);
  }

  /** Reads on while time goes by. */
  private static void read(Verifier verifier, long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      boolean unused = verifier.read(Duration.ofMillis(100));
    }
  }

  /** Most strikes hit an application that works; the others may hit one that is starting. */
  private void awaitProgress(Verifier verifier) throws IOException {
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

  private void strike(Verifier verifier) throws Exception {
    startTheDead();
    if (settings.nodes() > 1 && random.nextInt(4) == 0) {
      scale();
      return;
    }
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3, 4 -> killNode();
      case 5, 6 -> pauseNode(verifier);
      case 7 -> restartBroker(verifier);
      case 8 -> restartStore(verifier);
      default -> killEverything();
    }
  }

  private void startTheDead() throws IOException {
    for (JavaProcess node : nodes) {
      if (!node.isAlive() && node != removed) {
        say("a process has ended by itself, and is started again");
        node.start();
      }
    }
  }

  /** Ends a process as an operator does, or brings one back. */
  private void scale() throws Exception {
    JavaProcess absent = removed;
    if (absent == null) {
      say("a process is removed");
      JavaProcess node = nodes.get(random.nextInt(nodes.size()));
      removed = node;
      node.stop();
    } else {
      say("a process is added");
      added++;
      removed = null;
      absent.start();
    }
  }

  private JavaProcess anyNode() {
    List<JavaProcess> present = nodes.stream().filter(node -> node != removed).toList();
    return present.get(random.nextInt(present.size()));
  }

  private void killNode() throws Exception {
    JavaProcess node = anyNode();
    node.kill();
    kills++;
    boolean wipe = random.nextInt(3) == 0;
    if (wipe) {
      node.wipeDisk();
    }
    say("kill of a process" + (wipe ? ", and its disk is gone" : ""));
    node.start();
  }

  /** Longer than its session lasts, while another process goes on. */
  private void pauseNode(Verifier verifier) throws Exception {
    if (nodes.size() == 1) {
      say("another process starts");
      nodes.add(newNode());
      nodes.get(1).start();
      read(verifier, 8_000);
    }
    JavaProcess node = anyNode();
    say("pause of a process");
    node.pause();
    pauses++;
    read(verifier, SESSION_MILLIS + 2_000 + random.nextInt(4_000));
    node.resume();
  }

  private void restartBroker(Verifier verifier) {
    say("kill of a broker");
    brokers.kill(random.nextInt(brokers.size()));
    brokerRestarts++;
    read(verifier, random.nextInt(4_000));
    brokers.restart();
  }

  private void restartStore(Verifier verifier) throws IOException {
    say("kill of the store");
    store.takeAway();
    storeRestarts++;
    read(verifier, random.nextInt(4_000));
    store.bringBack();
  }

  private void killEverything() throws Exception {
    say("kill of everything at once");
    for (JavaProcess node : nodes) {
      node.kill();
      kills++;
    }
    brokers.kill();
    brokerRestarts++;
    store.takeAway();
    storeRestarts++;
    store.bringBack();
    brokers.restart();
    removed = null;
    for (JavaProcess node : nodes) {
      node.start();
    }
  }

  private void calm() throws Exception {
    removed = null;
    for (JavaProcess node : nodes) {
      if (node.isPaused()) {
        node.resume();
      }
    }
    startTheDead();
  }

  private Result finish(Verifier verifier, long records) throws IOException {
    say("all " + records + " records are sent; waiting for what is missing");
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (verifier.missing(records, KEYS) > 0 && System.nanoTime() < end) {
      startTheDead();
      read(verifier, 500);
    }
    read(verifier, 3_000); // something may still come twice
    return new Result(
        records,
        verifier.missing(records, KEYS),
        verifier.duplicated(),
        verifier.reordered(),
        verifier.wrong(),
        kills,
        pauses,
        brokerRestarts,
        storeRestarts,
        added,
        rebalances(),
        verifier.complaints());
  }

  /** How often a process was given partitions. */
  private int rebalances() throws IOException {
    int count = 0;
    for (JavaProcess node : nodes) {
      try (var lines = Files.lines(node.log())) {
        count += (int) lines.filter(line -> line.contains("This process gets partitions")).count();
      }
    }
    return count;
  }

  private void say(String what) {
    if (settings.verbose()) {
      System.out.println(java.time.LocalTime.now().withNano(0) + " " + what);
    }
  }

  @Override
  public void close() {
    nodes.forEach(JavaProcess::close);
    brokers.close();
    store.close();
  }
}
