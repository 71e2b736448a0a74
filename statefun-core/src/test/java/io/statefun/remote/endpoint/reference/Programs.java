/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the calculator is told: steps, one a line, of words with a space between. */
public final class Programs {

  /** The states of the calculator, named by their types. */
  public static final List<String> STATES =
      List.of("bool", "int", "long", "float", "double", "string", "point", "json");

  private Programs() {}

  /** Steps at random, none of which sends under a token that waits. */
  public static String random(Random random) {
    List<String> steps = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      steps.addAll(step(random));
    }
    return String.join("\n", steps);
  }

  private static List<String> step(Random random) {
    String state = STATES.get(random.nextInt(STATES.size()));
    int number = number(random);
    return switch (random.nextInt(11)) {
      case 0, 1 -> List.of("set " + state + " " + number);
      case 2 -> List.of("clear " + state);
      case 3, 4 -> List.of("show " + state);
      case 5 -> List.of("send " + state + " " + number);
      case 6 -> List.of("later " + random.nextInt(100_000) + " " + number);
      case 7 -> {
        String token = "t" + random.nextInt(3);
        yield List.of("cancel " + token, "token " + token + " " + random.nextInt(1_000));
      }
      case 8 -> List.of("cancel t" + random.nextInt(3));
      case 9 -> List.of("egress " + state + " " + number);
      default -> List.of("kafka " + number, "reply " + number);
    };
  }

  /** A number, often one that is a default or a limit. */
  public static int number(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> Integer.MAX_VALUE;
      case 2 -> Integer.MIN_VALUE;
      default -> random.nextInt(2_000) - 1_000;
    };
  }
}
