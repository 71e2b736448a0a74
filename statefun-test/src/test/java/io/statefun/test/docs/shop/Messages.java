/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import java.util.Map;

/** The messages of the shop that the documents use. */
interface Messages {

  /** Something was put into a cart. */
  record ItemAdded(String item) {}

  /** Nobody has touched a cart for a day. */
  record LeftAlone() {}

  /** Asks a customer to come back. */
  record ReminderMail(String customer, long items) {}

  /** A customer orders one item. */
  record OrderPlaced(String customer, String item) {}

  /** Asks for an order. */
  record GetOrder() {}

  /** Asks the stock for one piece. */
  record Reserve() {}

  /** There is a piece. */
  record Reserved() {}

  /** There is none. */
  record SoldOut() {}

  /** Pieces have come in. */
  record Delivered(int pieces) {}

  /** Tells a customer that an order has come in. */
  record Receipt(String order, String customer) {}

  /** A customer has bought something. */
  record Bought(String order, String item, int pieces) {}

  /** An invoice has gone out. */
  record InvoiceSent(long cents) {}

  /** An invoice is paid. */
  record InvoicePaid() {}

  /** An invoice was not paid in time. */
  record Overdue() {}

  /** Asks for the money. */
  record Dunning(String invoice) {}

  /** A customer subscribes. */
  record Subscribed() {}

  /** The first month is over. */
  record TrialEnded() {}

  /** It is time to look whether all is well. */
  record CheckIn() {}

  /** It is Monday. */
  record WeeklyReport() {}

  /** A customer stays. */
  record Extended() {}

  /** How a subscription does. */
  record Report(String subscription, int checkIns) {}

  /** Asks for money. */
  record Charge(String payment, long cents) {}

  /** A customer wants money back. */
  record RefundAsked(String manager, long cents) {}

  /** Asks a manager to decide. Whoever has the token can. */
  record ApprovalMail(String manager, long cents, String token) {}

  /** A manager has decided. */
  record Decision(boolean approved) {}

  /** No manager has decided in time. */
  record NobodyDecided() {}

  /** Money has moved. */
  record Booked(long cents) {}

  /** Pieces for the stock of several items, as another system sends them. */
  record Restock(Map<String, Integer> pieces) {}
}
