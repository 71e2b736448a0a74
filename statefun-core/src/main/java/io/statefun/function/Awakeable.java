/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.function;

import java.time.Instant;

/**
 * Something that an instance waits for from outside: a person's decision, another service's answer.
 * Made by {@link Context#awakeable}. Whoever has the token can complete it, once, until it times
 * out.
 *
 * @param id tells it from all others, and is no secret: {@link Context#awakenedBy} tells it to the
 *     handler of what comes
 * @param token what whoever is to complete it must have: 44 letters, digits, '-' and '_'. It is all
 *     that is asked of them, and nobody can guess it, so it belongs into no log. The engine does
 *     not keep it
 * @param until when it times out
 */
public record Awakeable(String id, String token, Instant until) {

  /** Without the token. */
  @Override
  public String toString() {
    return "Awakeable[id=" + id + ", until=" + until + "]";
  }
}
