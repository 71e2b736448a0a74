/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.message.Address;

/** Takes the messages that a {@link Router} makes of a record. */
@FunctionalInterface
public interface Routes {

  /**
   * Sends a message to a function.
   *
   * @throws IllegalArgumentException if the message's type is not known
   */
  void send(Address target, Object message);

  /** Sends a message to a function given by type name and id. */
  default void send(String type, String id, Object message) {
    send(Address.of(type, id), message);
  }
}
