/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What an endpoint does in place of giving its answer. */
enum Mischief {
  /** It says nothing, and leaves the connection open. */
  HANG(1),
  /** It closes the connection. */
  CLOSE(3),
  /** It breaks the connection off in the middle of the answer, or before. */
  RESET(3),
  /** It ends the connection before as many bytes have come as it has announced. */
  TRUNCATE(3),
  /** It ends the connection in the middle of an answer in chunks. */
  TRUNCATE_CHUNKS(3),
  /** It ends the connection in the middle of an answer that does not say how long it is. */
  TRUNCATE_UNSIZED(3),
  /** It gives random bytes for an answer. */
  GARBAGE(4),
  /** It gives an answer of another content type. */
  WRONG_TYPE(3),
  /** It gives an answer that the protocol has, and that cannot be. */
  NONSENSE(5),
  /** It gives an answer that is longer than one may be. */
  OVERSIZE(2),
  /** It gives an answer without end. */
  ENDLESS(1),
  STATUS_404(1),
  STATUS_429(2),
  STATUS_500(4),
  STATUS_503(3);

  private final int weight;

  Mischief(int weight) {
    this.weight = weight;
  }

  /**
   * What is done with one call.
   *
   * @param handled whether the call is handled before, so that its answer alone is lost
   */
  record Deed(Mischief mischief, boolean handled) {}

  /** All that can be done, by its weight and in random order. */
  static List<Deed> deck(Random random) {
    List<Deed> deck = new ArrayList<>();
    for (Mischief one : values()) {
      deck.addAll(Collections.nCopies(one.weight, new Deed(one, false)));
      deck.addAll(Collections.nCopies(one.weight, new Deed(one, true)));
    }
    Collections.shuffle(deck, random);
    return deck;
  }
}
