/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.web;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.sample.billing.changes.BadChangeException;
import io.statefun.sample.billing.changes.ChangeParser;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.UserFunction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes change events of the user table: one as JSON, or one a line. The answer comes when all are
 * committed. Nothing of a body with a mistake is sent; a body that is posted again changes nothing.
 */
@RestController
@RequestMapping("/users/changes")
class ChangeController {

  private static final String NDJSON = "application/x-ndjson";
  private static final int BATCH = 1_000;

  private final ChangeParser parser = new ChangeParser();
  private final StateFunTemplate functions;

  ChangeController(StateFunTemplate functions) {
    this.functions = functions;
  }

  @PostMapping(consumes = "application/json")
  CompletableFuture<ResponseEntity<Accepted>> one(@RequestBody byte[] body) {
    return accept(List.of(parser.parse(new String(body, StandardCharsets.UTF_8))));
  }

  @PostMapping(consumes = NDJSON)
  CompletableFuture<ResponseEntity<Accepted>> lines(@RequestBody byte[] body) {
    List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
    List<UserChange> changes = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        changes.add(parse(lines.get(i), i + 1));
      }
    }
    return accept(changes);
  }

  private UserChange parse(String line, int number) {
    try {
      return parser.parse(line);
    } catch (BadChangeException e) {
      throw new BadChangeException("Line " + number + ": " + e.getMessage(), e);
    }
  }

  private CompletableFuture<ResponseEntity<Accepted>> accept(List<UserChange> changes) {
    return sendFrom(0, changes)
        .thenApply(done -> new ResponseEntity<>(new Accepted(changes.size()), HttpStatus.ACCEPTED));
  }

  /** Sends in order, and waits for each batch before it sends the next. */
  private CompletableFuture<Void> sendFrom(int start, List<UserChange> changes) {
    int end = Math.min(start + BATCH, changes.size());
    CompletableFuture<?>[] sent =
        changes.subList(start, end).stream().map(this::send).toArray(CompletableFuture[]::new);
    CompletableFuture<Void> all = CompletableFuture.allOf(sent);
    return end == changes.size() ? all : all.thenComposeAsync(done -> sendFrom(end, changes));
  }

  private CompletableFuture<Void> send(UserChange change) {
    return functions.send(UserFunction.TYPE, change.userId(), change);
  }

  /**
   * What was taken.
   *
   * @param changes how many change events
   */
  record Accepted(int changes) {}
}
