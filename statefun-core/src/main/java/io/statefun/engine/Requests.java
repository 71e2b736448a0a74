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
import java.util.function.Function;

/** Requests from outside that wait for their reply. */
final class Requests {

  private static final TypeName REPLY = TypeName.of("io.statefun", "reply");

  private final ConcurrentHashMap<String, Waiting> waiting = new ConcurrentHashMap<>();

  /**
   * Whether an address is that of a request. One that only looks like it, which anybody outside may
   * have made up, is of no function that there is.
   */
  static boolean isReply(Address target) {
    return hasType(target) && isOfRequest(target.id());
  }

  private static boolean hasType(Address target) {
    return target.type() == REPLY || target.type().equals(REPLY);
  }

  private static boolean isOfRequest(String id) {
    int slash = id.indexOf('/');
    for (int i = 0; i < slash; i++) {
      if (id.charAt(i) < '0' || id.charAt(i) > '9') {
        return false;
      }
    }
    return slash > 0 && slash < 10;
  }

  /**
   * What becomes of a reply. Who gives up waiting for that, as after a time-out, must not be
   * remembered.
   */
  static <T> CompletableFuture<T> then(
      CompletableFuture<TypedValue> reply, Function<TypedValue, T> result) {
    CompletableFuture<T> then = reply.thenApply(result);
    var unused =
        then.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                reply.cancel(false);
              }
            });
    return then;
  }

  /**
   * The address to which the function must reply.
   *
   * @param partition one that this node has
   */
  static Address address(int partition, String request) {
    return Address.of(REPLY, partition + "/" + request);
  }

  /** The address for replies to a message to an instance that nobody waits for. */
  static Address nobody(Address target, int partitions) {
    return address(target.partition(partitions), "nobody");
  }

  /** The address of which {@link #address(int, String)} has made the id. */
  static Address address(String id) {
    return Address.of(REPLY, id);
  }

  /**
   * Checks to whom a function sends, which may be elsewhere and make up whatever it wants.
   *
   * @throws IllegalArgumentException if it is for a reply, but the address is of no request
   */
  static Address checked(Address target) {
    if (CallAddress.hasType(target)) {
      CallAddress unused = CallAddress.of(target);
    }
    if (hasType(target) && !isOfRequest(target.id())) {
      throw new IllegalArgumentException("'" + target.id() + "' is no request to reply to");
    }
    return target;
  }

  /**
   * The partition of the node that waits for a reply; any if the application had more when the
   * request was made, so that nobody waits any more.
   */
  static int partition(Address reply, int partitions) {
    return Integer.parseInt(reply.id(), 0, reply.id().indexOf('/'), 10) % partitions;
  }

  private static String request(Address reply) {
    return reply.id().substring(reply.id().indexOf('/') + 1);
  }

  /** The reply that a message is. */
  static EpochPart.Reply reply(Message message) {
    return new EpochPart.Reply(request(message.target()), message.value());
  }

  /**
   * Begins to wait for a reply.
   *
   * @param partition the one to which it comes
   */
  CompletableFuture<TypedValue> add(int partition, String request) {
    CompletableFuture<TypedValue> reply = new CompletableFuture<>();
    waiting.put(request, new Waiting(partition, reply));
    reply.whenComplete((value, failure) -> waiting.remove(request));
    return reply;
  }

  /** Completes a request, once its reply is committed. A reply that nobody waits for is dropped. */
  void complete(EpochPart.Reply reply) {
    Waiting request = waiting.get(reply.request());
    if (request == null) {
      return;
    }
    try {
      request.reply().complete(Answer.checked(reply.value()));
    } catch (RequestFailedException refused) {
      request.reply().completeExceptionally(refused);
    }
  }

  /** Replies to a partition that has left do not come here. */
  void fail(int partition, Throwable cause) {
    waiting.values().stream()
        .filter(request -> request.partition() == partition)
        .forEach(request -> request.reply().completeExceptionally(cause));
  }

  void failAll(Throwable cause) {
    waiting.values().forEach(request -> request.reply().completeExceptionally(cause));
  }

  private record Waiting(int partition, CompletableFuture<TypedValue> reply) {}
}
