/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.statefun.autoconfigure.KeyedStateFunTemplate;
import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.message.Address;
import io.statefun.sample.billing.payment.Payment;
import io.statefun.sample.billing.payment.PaymentStatus;
import io.statefun.sample.billing.payment.PaymentView;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.UserView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

class WebTest {

  private static final String EVENT =
      "{\"before\":null,\"after\":{\"id\":42,\"status\":\"ACTIVE\",\"billing_interval\":\"MONTHLY\","
          + "\"amount_cents\":500},\"source\":{\"lsn\":7,\"ts_ms\":9},\"op\":\"c\"}";

  private final FakeFunctions functions = new FakeFunctions();
  private final MockMvc mvc =
      MockMvcBuilders.standaloneSetup(
              new ChangeController(functions), new QueryController(functions))
          .setControllerAdvice(new Problems())
          .build();

  @Test
  void givenOneEventThenItIsAcceptedWhenItIsCommitted() throws Exception {
    CompletableFuture<Void> commit = new CompletableFuture<>();
    functions.commit = commit;
    MvcResult started = mvc.perform(postChanges("application/json", EVENT)).andReturn();
    assertThat(started.getRequest().isAsyncStarted()).isTrue();
    assertThat(commit).isNotDone();

    commit.complete(null);
    mvc.perform(asyncDispatch(started))
        .andExpect(status().isAccepted())
        .andExpect(jsonPath("$.changes").value(1));
    assertThat(functions.sent).extracting(UserChange::userId).containsExactly("42");
  }

  @Test
  void givenManyLinesThenAllAreSentInTheirOrder() throws Exception {
    StringBuilder body = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int id = 0; id < 2_500; id++) {
      body.append(EVENT.replace("42", Integer.toString(id))).append('\n');
      expected.add(Integer.toString(id));
    }
    perform(postChanges("application/x-ndjson", body + "\n"))
        .andExpect(status().isAccepted())
        .andExpect(jsonPath("$.changes").value(2_500));

    assertThat(functions.sent).extracting(UserChange::userId).isEqualTo(expected);
  }

  @Test
  void givenABadLineThenTheProblemNamesItAndNothingIsSent() throws Exception {
    mvc.perform(postChanges("application/x-ndjson", EVENT + "\n{bad\n"))
        .andExpect(status().isBadRequest())
        .andExpect(jsonPath("$.title").value("Not a change event"))
        .andExpect(jsonPath("$.detail").value(org.hamcrest.Matchers.startsWith("Line 2: ")));

    assertThat(functions.sent).isEmpty();
  }

  @Test
  void givenAKnownPaymentThenItIsShown() throws Exception {
    Payment payment = new Payment("42", 3, 500, PaymentStatus.SUCCEEDED, 2);
    functions.replies.put("u42-p3", new PaymentView("u42-p3", payment));

    perform(get("/payments/u42-p3"))
        .andExpect(status().isOk())
        .andExpect(jsonPath("$.payment.status").value("SUCCEEDED"));
  }

  @Test
  void givenUnknownIdsThenTheyAreNotFound() throws Exception {
    functions.replies.put("u1-p1", new PaymentView("u1-p1", null));
    functions.replies.put("1", new UserView("1", false, null, 0, null, null, 0, 0, 0));

    perform(get("/payments/u1-p1")).andExpect(status().isNotFound());
    perform(get("/users/1")).andExpect(status().isNotFound());
  }

  @Test
  void givenNoReplyInTimeThenTheServiceIsUnavailable() throws Exception {
    perform(get("/users/7")).andExpect(status().isServiceUnavailable());
  }

  private ResultActions perform(MockHttpServletRequestBuilder request) throws Exception {
    return mvc.perform(asyncDispatch(mvc.perform(request).andReturn()));
  }

  private static MockHttpServletRequestBuilder postChanges(String contentType, String body) {
    return post("/users/changes").contentType(contentType).content(body);
  }

  private static final class FakeFunctions implements StateFunTemplate {

    private final List<UserChange> sent = new ArrayList<>();
    private final Map<String, Object> replies = new HashMap<>();
    private CompletableFuture<Void> commit = CompletableFuture.completedFuture(null);

    @Override
    public CompletableFuture<Void> send(Address target, Object message) {
      sent.add((UserChange) message);
      return commit;
    }

    @Override
    public <T> CompletableFuture<T> request(Address target, Object message, Class<T> replyType) {
      return request(target, message, replyType, Duration.ofSeconds(1));
    }

    @Override
    public KeyedStateFunTemplate withKey(String key, Duration retention) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> complete(String token, Object message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> ingest(Object record) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> CompletableFuture<T> request(
        Address target, Object message, Class<T> replyType, Duration timeout) {
      Object reply = replies.get(target.id());
      return reply == null
          ? CompletableFuture.failedFuture(new TimeoutException())
          : CompletableFuture.completedFuture(replyType.cast(reply));
    }
  }
}
