/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

import io.statefun.sample.billing.provider.LedgerEntry.Kind;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The payment provider. It accepts requests, answers each later, and writes both into its ledger,
 * where the answers are read. What it knows is in the ledger alone, so it may be killed at any
 * time.
 *
 * <p>A request that comes again under its delivery id is a redelivery and harmless. An attempt that
 * comes under two delivery ids is a duplicate: somebody asked twice. It is refused, and written
 * down. Safe for use by any thread.
 */
public final class PaymentProvider implements AutoCloseable {

  private final ProviderBehaviour behaviour;
  private final InstantSource clock;
  private final Map<String, LedgerEntry> charges = new HashMap<>();
  private final Map<String, LedgerEntry> deliveries = new HashMap<>();
  private final PriorityQueue<Answer> answers =
      new PriorityQueue<>(Comparator.comparingLong(Answer::dueMs));
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Ledger ledger;

  /**
   * An answer that is not given yet.
   *
   * @param request to which
   * @param dueMs when it is to be given
   */
  private record Answer(LedgerEntry request, long dueMs) {}

  private PaymentProvider(Path ledgerFile, ProviderBehaviour behaviour, InstantSource clock) {
    this.behaviour = behaviour;
    this.clock = clock;
    this.ledger = Ledger.open(ledgerFile, this::learn);
    charges.values().forEach(this::planAnswer);
  }

  /** Opens the provider with what its ledger says. */
  public static PaymentProvider open(
      Path ledgerFile, ProviderBehaviour behaviour, InstantSource clock) {
    return new PaymentProvider(ledgerFile, behaviour, clock);
  }

  /** Takes requests, in order. They are in the ledger for good when the method returns. */
  public void receive(List<ChargeRequest> requests) {
    synchronized (this) {
      List<LedgerEntry> entries = new ArrayList<>();
      for (ChargeRequest request : requests) {
        LedgerEntry entry = judge(request);
        entries.add(entry);
        learn(entry);
      }
      ledger.append(entries);
      entries.forEach(this::planAnswer);
    }
    tellListeners();
  }

  /**
   * Gives the answers that are due.
   *
   * @return how many
   */
  public int answer() {
    List<LedgerEntry> entries = new ArrayList<>();
    synchronized (this) {
      long now = clock.millis();
      for (Answer next = answers.peek(); next != null; next = answers.peek()) {
        if (next.dueMs() > now) {
          break;
        }
        answers.remove();
        entries.add(decide(next.request(), now));
      }
      entries.forEach(this::learn);
      if (!entries.isEmpty()) {
        ledger.append(entries);
      }
    }
    if (!entries.isEmpty()) {
      tellListeners();
    }
    return entries.size();
  }

  /** Says that a payment was paid, whether or not anybody asked for it; a mistake, to be found. */
  public void answerUnasked(String paymentId) {
    synchronized (this) {
      if (charges.containsKey(paymentId)) {
        return;
      }
      LedgerEntry entry = new LedgerEntry(Kind.PAID, paymentId, 1, "-", 0, clock.millis());
      learn(entry);
      ledger.append(List.of(entry));
    }
    tellListeners();
  }

  /** Whether anything ever came under a delivery id. */
  public synchronized boolean hasSeen(String deliveryId) {
    return deliveries.containsKey(deliveryId);
  }

  /** Has something run whenever the ledger has grown, by the thread that wrote. */
  public void onGrowth(Runnable listener) {
    listeners.add(listener);
  }

  /** The provider's books. */
  public Ledger ledger() {
    return ledger;
  }

  private void tellListeners() {
    listeners.forEach(Runnable::run);
  }

  private LedgerEntry judge(ChargeRequest request) {
    return new LedgerEntry(
        kindOf(request),
        request.paymentId(),
        request.attempt(),
        request.deliveryId(),
        request.amountCents(),
        clock.millis());
  }

  private Kind kindOf(ChargeRequest request) {
    LedgerEntry delivered = deliveries.get(request.deliveryId());
    if (delivered != null) {
      return sameRequest(delivered, request) ? Kind.REDELIVERED : Kind.CONFLICT;
    }
    LedgerEntry last = charges.get(request.paymentId());
    boolean inTurn =
        last == null || (last.kind() == Kind.DECLINED && request.attempt() == last.attempt() + 1);
    return inTurn ? Kind.REQUEST : Kind.DUPLICATE;
  }

  private static boolean sameRequest(LedgerEntry entry, ChargeRequest request) {
    return entry.paymentId().equals(request.paymentId()) && entry.attempt() == request.attempt();
  }

  private LedgerEntry decide(LedgerEntry request, long now) {
    boolean declined = behaviour.declines(request.paymentId(), request.attempt());
    return new LedgerEntry(
        declined ? Kind.DECLINED : Kind.PAID,
        request.paymentId(),
        request.attempt(),
        request.deliveryId(),
        request.amountCents(),
        now);
  }

  private void learn(LedgerEntry entry) {
    switch (entry.kind()) {
      case REQUEST -> {
        deliveries.put(entry.deliveryId(), entry);
        charges.put(entry.paymentId(), entry);
      }
      case DUPLICATE -> deliveries.put(entry.deliveryId(), entry);
      case PAID, DECLINED -> charges.put(entry.paymentId(), entry);
      case REDELIVERED, CONFLICT -> {}
    }
  }

  private void planAnswer(LedgerEntry entry) {
    if (entry.kind() == Kind.REQUEST) {
      long delay = behaviour.delayMs(entry.paymentId(), entry.attempt());
      answers.add(new Answer(entry, entry.atMs() + delay));
    }
  }

  @Override
  public synchronized void close() {
    ledger.close();
  }
}
