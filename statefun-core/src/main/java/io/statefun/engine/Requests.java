/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Requests from outside that wait for their reply. */
final class Requests {

  private static final TypeName REPLY = TypeName.of("io.statefun", "reply");

  private final ConcurrentHashMap<String, CompletableFuture<TypedValue>> waiting =
      new ConcurrentHashMap<>();

  static boolean isReply(Address target) {
    return target.type() == REPLY || target.type().equals(REPLY);
  }

  /**
   * The address to which the function must reply.
   *
   * @param partition one that this node has
   */
  static Address address(int partition, String request) {
    return Address.of(REPLY, partition + "/" + request);
  }

  /** The partition of the node that waits for a reply. */
  static int partition(Address reply) {
    return Integer.parseInt(reply.id(), 0, reply.id().indexOf('/'), 10);
  }

  private static String request(Address reply) {
    return reply.id().substring(reply.id().indexOf('/') + 1);
  }

  /** The reply that a message is. */
  static EpochPart.Reply reply(Message message) {
    return new EpochPart.Reply(request(message.target()), message.value());
  }

  CompletableFuture<TypedValue> add(String request) {
    CompletableFuture<TypedValue> reply = new CompletableFuture<>();
    waiting.put(request, reply);
    reply.whenComplete((value, failure) -> waiting.remove(request));
    return reply;
  }

  /** Completes a request, once its reply is committed. A reply that nobody waits for is dropped. */
  void complete(EpochPart.Reply reply) {
    CompletableFuture<TypedValue> request = waiting.get(reply.request());
    if (request != null) {
      request.complete(reply.value());
    }
  }

  void failAll(Throwable cause) {
    waiting.values().forEach(request -> request.completeExceptionally(cause));
  }
}
