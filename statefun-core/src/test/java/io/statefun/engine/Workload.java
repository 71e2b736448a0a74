/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Random programs and what must come of them. The model runs each program when it is made, on plain
 * collections: what one cell is told by an ingress happens in order, and everything that cells tell
 * each other adds up whatever the order.
 */
final class Workload {

  /** Further away than any simulated time, until the end of a run. */
  static final long FAR = 10_000L * 24 * 3600 * 1000;

  private final RandomGenerator random;

  /** How many cells run elsewhere, which are only told things that add up. */
  private final int remoteCells;

  private final Map<String, Model> cells = new TreeMap<>();
  private final Map<Long, Integer> emitted = new HashMap<>();
  private final Set<Long> poisoned = new TreeSet<>();
  private final List<List<Entry>> splits = new ArrayList<>();
  private long nextId = 1;
  private int transfers;

  /** A record of an ingress. */
  record Entry(String cell, Program program) {}

  Workload(
      RandomGenerator random, int splitCount, int recordCount, int cellCount, int remoteCells) {
    this.random = random;
    this.remoteCells = remoteCells;
    for (int split = 0; split < splitCount; split++) {
      splits.add(new ArrayList<>());
    }
    for (int i = 0; i < recordCount; i++) {
      int cell = random.nextInt(cellCount);
      String name = "c" + cell;
      splits.get(cell % splitCount).add(new Entry(name, program(name, cellCount)));
    }
  }

  List<Entry> split(int index) {
    return splits.get(index);
  }

  int splitCount() {
    return splits.size();
  }

  Map<Long, Integer> emitted() {
    return emitted;
  }

  Set<Long> poisoned() {
    return poisoned;
  }

  int transfers() {
    return transfers;
  }

  Set<String> cellNames() {
    return cells.keySet();
  }

  /** Counts what was scheduled for the end of time, and not cancelled. */
  void settle() {
    List.copyOf(cells.values()).forEach(Model::settle);
  }

  /** What a cell must hold in the end, but for its balance. */
  CellState expected(String name) {
    Model model = java.util.Objects.requireNonNull(cells.get(name));
    return new CellState(model.register, model.sum, model.list, model.map, 0, Map.of());
  }

  /** What a cell has waited for, by number, and whether it has withdrawn that. */
  Map<Long, Boolean> awaited(String name) {
    return cell(name).awaited;
  }

  private Model cell(String name) {
    return cells.computeIfAbsent(name, key -> new Model());
  }

  private Program program(String self, int cellCount) {
    long id = nextId++;
    List<Program.Step> steps = new ArrayList<>();
    if (random.nextInt(25) == 0) {
      poisoned.add(id);
      int before = random.nextInt(3);
      for (int i = 0; i < before; i++) {
        steps.add(harmless(cellCount));
      }
      steps.add(Program.Step.of(Program.Op.POISON, 0));
      return Program.of(id, steps);
    }
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      steps.add(step(self, cellCount));
    }
    if (random.nextInt(15) == 0) {
      steps.add(
          random.nextInt(steps.size() + 1),
          Program.Step.of(Program.Op.FAIL, 1 + random.nextInt(3)));
    }
    return Program.of(id, List.copyOf(steps));
  }

  /** A step that must not take effect, as its program is poisoned. */
  private Program.Step harmless(int cellCount) {
    return switch (random.nextInt(7)) {
      case 0 -> Program.Step.of(Program.Op.SET, 1_000_000);
      case 1 -> Program.Step.of(Program.Op.ADD, 1_000_000);
      case 2 -> Program.Step.of(Program.Op.APPEND, 1_000_000);
      case 3 -> Program.Step.of(Program.Op.PUT, 5, 1_000_000);
      case 4 -> Program.Step.of(Program.Op.EMIT, 1_000_000);
      case 5 -> Program.Step.of(Program.Op.AWAIT, 1 + random.nextInt(1_000), nextId++);
      default ->
          Program.Step.of(
              Program.Op.SEND,
              0,
              0,
              "c" + random.nextInt(cellCount),
              List.of(Program.Step.of(Program.Op.ADD, 1_000_000)));
    };
  }

  private Program.Step step(String self, int cellCount) {
    Model model = cell(self);
    String target = "c" + random.nextInt(cellCount);
    String told = anyOr(target);
    long number = random.nextInt(50);
    switch (random.nextInt(24)) {
      case 0, 1 -> {
        return Program.Step.of(Program.Op.CHECK, model.register);
      }
      case 2, 3 -> {
        model.register = number;
        return Program.Step.of(Program.Op.SET, number);
      }
      case 4 -> {
        model.register = -1;
        return Program.Step.of(Program.Op.CLEAR, 0);
      }
      case 5 -> {
        model.sum += number;
        return Program.Step.of(Program.Op.ADD, number);
      }
      case 6 -> {
        model.list.add(number);
        return Program.Step.of(Program.Op.APPEND, number);
      }
      case 7 -> {
        if (!model.list.isEmpty()) {
          model.list.remove(0);
        }
        return Program.Step.of(Program.Op.REMOVE_FIRST, 0);
      }
      case 8 -> {
        if (random.nextInt(4) == 0) {
          model.list.clear();
          return Program.Step.of(Program.Op.CLEAR_LIST, 0);
        }
        model.list.add(number);
        return Program.Step.of(Program.Op.APPEND, number);
      }
      case 9, 10 -> {
        model.map.put(number % 7, number);
        return Program.Step.of(Program.Op.PUT, number % 7, number);
      }
      case 11 -> {
        if (random.nextInt(3) == 0) {
          model.map.clear();
          return Program.Step.of(Program.Op.CLEAR_MAP, 0);
        }
        model.map.remove(number % 7);
        return Program.Step.of(Program.Op.REMOVE, number % 7);
      }
      case 12, 13 -> {
        return Program.Step.of(Program.Op.SEND, 0, 0, told, told(told, cellCount, 2));
      }
      case 14 -> {
        if (random.nextInt(6) == 0) {
          int cells = random.nextInt(3) == 0 ? 300 : 20;
          for (int i = 0; i < cells; i++) {
            cell("f" + i).sum += 1;
          }
          return Program.Step.of(
              Program.Op.FAN_OUT, cells, 0, "", List.of(Program.Step.of(Program.Op.ADD, 1)));
        }
        return emit();
      }
      case 15 -> {
        return Program.Step.of(
            Program.Op.DELAY, random.nextInt(2_000), 0, told, told(told, cellCount, 1));
      }
      case 16, 17 -> {
        return cancellable(model, told);
      }
      case 18 -> {
        return reminder(model);
      }
      case 19 -> {
        return emit();
      }
      case 20 -> {
        model.sum += number;
        return Program.Step.of(Program.Op.ASYNC, number);
      }
      case 21, 22 -> {
        return awakeable(model);
      }
      default -> {
        transfers++;
        cell(target);
        return Program.Step.of(Program.Op.TRANSFER, 1 + random.nextInt(40), 0, target, List.of());
      }
    }
  }

  /** A cell that runs elsewhere, or the given one. */
  private String anyOr(String cell) {
    return remoteCells > 0 && random.nextInt(3) == 0 ? "r" + random.nextInt(remoteCells) : cell;
  }

  private Program.Step emit() {
    long number = random.nextInt(1_000);
    emitted.merge(number, 1, Integer::sum);
    return Program.Step.of(Program.Op.EMIT, number);
  }

  /** Steps whose effects add up, and counts them for the cell that will be told. */
  private List<Program.Step> told(String target, int cellCount, int depth) {
    List<Program.Step> steps = new ArrayList<>();
    long number = random.nextInt(50);
    cell(target).sum += number;
    steps.add(Program.Step.of(Program.Op.ADD, number));
    if (random.nextBoolean()) {
      steps.add(emit());
    }
    if (depth > 0 && random.nextBoolean()) {
      String next = anyOr("c" + random.nextInt(cellCount));
      steps.add(Program.Step.of(Program.Op.SEND, 0, 0, next, told(next, cellCount, depth - 1)));
    }
    return List.copyOf(steps);
  }

  private Program.Step cancellable(Model model, String target) {
    if (!model.tokens.isEmpty() && random.nextBoolean()) {
      long token = List.copyOf(model.tokens.keySet()).get(random.nextInt(model.tokens.size()));
      model.tokens.remove(token);
      return Program.Step.of(Program.Op.CANCEL, 0, token);
    }
    long token = nextId++;
    long number = 1 + random.nextInt(50);
    Model told = cell(target);
    model.tokens.put(token, () -> told.sum += number);
    return Program.Step.of(
        Program.Op.DELAY_CANCELLABLY,
        FAR + random.nextInt(1_000),
        token,
        target,
        List.of(Program.Step.of(Program.Op.ADD, number)));
  }

  private Program.Step reminder(Model model) {
    long name = random.nextInt(3);
    if (random.nextInt(3) == 0) {
      model.reminders.remove(name);
      return Program.Step.of(Program.Op.FORGET, 0, name);
    }
    long number = 1 + random.nextInt(50);
    model.reminders.put(name, () -> model.sum += number);
    return Program.Step.of(
        Program.Op.REMIND,
        FAR + random.nextInt(1_000),
        name,
        "",
        List.of(Program.Step.of(Program.Op.ADD, number)));
  }

  private Program.Step awakeable(Model model) {
    if (!model.open.isEmpty() && random.nextInt(3) == 0) {
      long number = model.open.remove(random.nextInt(model.open.size()));
      model.awaited.put(number, true);
      return Program.Step.of(Program.Op.WITHDRAW, 0, number);
    }
    long number = nextId++;
    model.awaited.put(number, false);
    if (random.nextBoolean()) {
      model.open.add(number);
      return Program.Step.of(Program.Op.AWAIT, FAR + random.nextInt(1_000), number);
    }
    return Program.Step.of(Program.Op.AWAIT, 1 + random.nextInt(2_000), number);
  }

  /** A cell as it must be. */
  private static final class Model {

    private long register = -1;
    private long sum;
    private final List<Long> list = new ArrayList<>();
    private final Map<Long, Long> map = new TreeMap<>();
    private final Map<Long, Runnable> tokens = new TreeMap<>();
    private final Map<Long, Runnable> reminders = new TreeMap<>();
    private final Map<Long, Boolean> awaited = new TreeMap<>();

    /** What has so much time that it may be withdrawn. */
    private final List<Long> open = new ArrayList<>();

    /** What was scheduled and not cancelled has happened. */
    private void settle() {
      tokens.values().forEach(Runnable::run);
      tokens.clear();
      reminders.values().forEach(Runnable::run);
      reminders.clear();
    }
  }
}
