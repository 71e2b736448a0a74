/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static io.statefun.test.StateFunAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.test.FunctionHarness;
import io.statefun.test.docs.shop.Messages.ApprovalMail;
import io.statefun.test.docs.shop.Messages.Booked;
import io.statefun.test.docs.shop.Messages.Bought;
import io.statefun.test.docs.shop.Messages.Charge;
import io.statefun.test.docs.shop.Messages.Decision;
import io.statefun.test.docs.shop.Messages.Delivered;
import io.statefun.test.docs.shop.Messages.Dunning;
import io.statefun.test.docs.shop.Messages.Extended;
import io.statefun.test.docs.shop.Messages.GetOrder;
import io.statefun.test.docs.shop.Messages.InvoicePaid;
import io.statefun.test.docs.shop.Messages.InvoiceSent;
import io.statefun.test.docs.shop.Messages.ItemAdded;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import io.statefun.test.docs.shop.Messages.Overdue;
import io.statefun.test.docs.shop.Messages.Receipt;
import io.statefun.test.docs.shop.Messages.RefundAsked;
import io.statefun.test.docs.shop.Messages.ReminderMail;
import io.statefun.test.docs.shop.Messages.Report;
import io.statefun.test.docs.shop.Messages.Reserve;
import io.statefun.test.docs.shop.Messages.Reserved;
import io.statefun.test.docs.shop.Messages.SoldOut;
import io.statefun.test.docs.shop.Messages.Subscribed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The functions of the documents do what the documents say. */
class ShopFunctionsTest {

  @Test
  void aCartRemindsOfItself() {
    // tag::harness[]
    FunctionHarness harness = FunctionHarness.of(new CartFunction());

    harness.send("shop/cart", "ann", new ItemAdded("book"));
    harness.crashAndRestartAfter(Duration.ofDays(3));

    assertThat(harness).state("shop/cart", "ann", "items").isEqualTo(List.of("book"));
    assertThat(harness).egress("shop/mails").containsExactly(new ReminderMail("ann", 1));
    // end::harness[]
  }

  @Test
  void anOrderIsConfirmedByTheStock() {
    // tag::several[]
    FunctionHarness harness = FunctionHarness.of(new OrderFunction(), new StockFunction());
    harness.send("shop/stock", "book", new Delivered(1));

    harness.send("shop/order", "o1", new OrderPlaced("ann", "book"));
    harness.send("shop/order", "o2", new OrderPlaced("bob", "book"));

    assertThat(harness)
        .egress("shop/receipts")
        .containsExactly(new Receipt("o1", "ann"), new Receipt("o2", "bob"));
    Order late = harness.request("shop/order", "o2", new GetOrder(), Order.class);
    assertThat(late.status()).isEqualTo(Order.Status.CANCELLED);
    // end::several[]
  }

  @Test
  void aFunctionIsTestedAlone() {
    // tag::alone[]
    FunctionHarness harness = FunctionHarness.of(new StockFunction());

    harness.from("shop/order", "o1").send("shop/stock", "book", new Reserve());
    assertThat(harness).sentTo("shop/order", "o1").containsExactly(new SoldOut());

    harness.clearRecorded();
    harness.send("shop/stock", "book", new Delivered(1));
    harness.from("shop/order", "o2").send("shop/stock", "book", new Reserve());
    assertThat(harness).sentTo("shop/order", "o2").containsExactly(new Reserved());
    // end::alone[]
  }

  @Test
  void theSameOrderAgainChangesNothing() {
    FunctionHarness harness = FunctionHarness.of(new OrderFunction());
    harness.send("shop/order", "o1", new OrderPlaced("ann", "book"));
    harness.send("shop/order", "o1", new OrderPlaced("ann", "pen"));
    assertThat(harness)
        .state("shop/order", "o1", "order")
        .isEqualTo(new Order("ann", "book", Order.Status.OPEN));
    assertThat(harness).sentTo("shop/stock", "book").containsExactly(new Reserve());
    assertThat(harness).sentTo("shop/stock", "pen").isEmpty();
  }

  @Test
  void theMostSpecificHandlerGetsTheMessage() {
    FunctionHarness harness = FunctionHarness.of(new ParcelFunction());
    harness.send("shop/parcel", "p1", new ParcelEvent.Posted("post"));
    harness.send("shop/parcel", "p1", new ParcelEvent.Scanned("Berlin"));
    harness.send("shop/parcel", "p1", new ParcelEvent.HandedOver("ann"));
    harness.send("shop/parcel", "p1", "what is this?");
    harness.crashAndRestart();
    assertThat(harness)
        .state("shop/parcel", "p1", "events")
        .isEqualTo(List.of(new ParcelEvent.Posted("post"), new ParcelEvent.Scanned("Berlin")));
    assertThat(harness).state("shop/parcel", "p1", "receiver").isEqualTo("ann");
    assertThat(harness)
        .state("shop/parcel", "p1", "strange")
        .isEqualTo(List.of("io.statefun.types/string"));
  }

  @Test
  void classesOfAHierarchyHaveTheRootsName() {
    MessageTypes types = MessageTypes.standard();
    assertThat(types.wrap(new ParcelEvent.Posted("post")).typeName())
        .hasToString("shop/parcel-event");
    assertThat(new String(types.wrap(new ParcelEvent.Posted("post")).bytes(), UTF_8))
        .isEqualTo("{\"@type\":\"Posted\",\"carrier\":\"post\"}");
    assertThat(types.wrap(new ItemAdded("book")).typeName())
        .hasToString("io.statefun.json/io.statefun.test.docs.shop.Messages$ItemAdded");
  }

  @Test
  void anOwnTypeReadsWhatItWrote() {
    MessageTypes types = MessageTypes.builder().add(new IsbnType()).build();
    byte[] bytes = types.wrap(new Isbn(9_783_161_484_100L)).bytes();
    assertThat(bytes).hasSize(8);
    assertThat(types.forClass(Isbn.class).deserialize(bytes).number())
        .isEqualTo(9_783_161_484_100L);
  }

  @Test
  void statesOfAllKindsExpireAsTheySay() {
    FunctionHarness harness = FunctionHarness.of(new CustomerFunction());
    harness.send("shop/customer", "ann", new Bought("o1", "pen", 2));
    harness.advance(Duration.ofDays(20));
    harness.send("shop/customer", "ann", new Bought("o2", "pen", 3));
    harness.advance(Duration.ofDays(20));
    assertThat(harness).state("shop/customer", "ann", "total").isEqualTo(5);
    assertThat(harness).state("shop/customer", "ann", "orders").isEqualTo(List.of("o1", "o2"));
    assertThat(harness).state("shop/customer", "ann", "pieces").isEqualTo(Map.of("pen", 5));
    assertThat(harness).state("shop/customer", "ann", "lately").isEqualTo(Map.of("pen", "o2"));
    harness.advance(Duration.ofDays(10));
    assertThat(harness).state("shop/customer", "ann", "lately").isEmpty();
  }

  @Test
  void aMutableValueIsACopyUntilItIsSet() {
    FunctionHarness harness = FunctionHarness.of(new CustomerFunction());
    harness.send("shop/customer", "ann", new ItemAdded("pen"));
    harness.advance(Duration.ofMinutes(90));
    harness.send("shop/customer", "ann", new ItemAdded("book"));
    harness.advance(Duration.ofMinutes(90));
    CustomerFunction.Basket basket =
        (CustomerFunction.Basket) harness.state(Address.of("shop/customer", "ann"), "basket");
    assertThat(basket).isNotNull();
    assertThat(basket.items).containsExactly("pen", "book");
    harness.advance(Duration.ofHours(2));
    assertThat(harness).state("shop/customer", "ann", "basket").isEmpty();
  }

  @Test
  void anInvoiceThatIsPaidIsNotDunned() {
    // tag::time[]
    FunctionHarness harness = FunctionHarness.of(new InvoiceFunction());

    harness.send("shop/invoice", "7", new InvoiceSent(1_900));
    assertThat(harness)
        .delayedTo("shop/invoice", "7")
        .containsExactly(new Overdue())
        .dueIn(Duration.ofDays(14))
        .named("overdue");

    harness.send("shop/invoice", "7", new InvoicePaid());
    assertThat(harness).hasNoPendingTimers();
    // end::time[]

    harness.send("shop/invoice", "8", new InvoiceSent(500));
    harness.advance(Duration.ofDays(14));
    assertThat(harness).egress("shop/mails").containsExactly(new Dunning("8"));
  }

  @Test
  void remindersComeOnceAgainAndAgainAndByTheCalendar() {
    FunctionHarness harness = FunctionHarness.of(new SubscriptionFunction());
    harness.send("shop/subscription", "s", new Subscribed()); // a Thursday
    assertThat(harness)
        .delayedTo("shop/subscription", "s")
        .hasSize(3)
        .named("check-in", "report", "trial");
    harness.advance(Duration.ofDays(7));
    assertThat(harness)
        .egressRecords("shop/reports")
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.value()).isEqualTo(new Report("s", 8));
              assertThat(report.key()).isEqualTo("s");
              assertThat(report.headers()).containsEntry("kind", "weekly".getBytes(UTF_8));
            });
    harness.send("shop/subscription", "s", new Extended());
    assertThat(harness).delayedTo("shop/subscription", "s").named("check-in", "report");
  }

  @Test
  void aReminderThatIsLateComesOnceThenGoesOnInItsRhythm() {
    FunctionHarness harness = FunctionHarness.of(new SubscriptionFunction());
    harness.send("shop/subscription", "s", new Subscribed());
    harness.crashAndRestartAfter(Duration.ofDays(2).plusHours(1));
    assertThat(harness).state("shop/subscription", "s", "check_ins").isEqualTo(1);
    harness.advance(Duration.ofHours(11));
    assertThat(harness).state("shop/subscription", "s", "check_ins").isEqualTo(2);
  }

  @Test
  void theTrialEnds() {
    FunctionHarness harness = FunctionHarness.of(new SubscriptionFunction());
    harness.send("shop/subscription", "s", new Subscribed());
    harness.advance(Duration.ofDays(30));
    assertThat(harness).hasNoPendingTimers();
  }

  @Test
  void aPaymentWhoseEndIsUnknownIsAskedForAgain() {
    // tag::operations[]
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    List<CompletableFuture<String>> calls = new ArrayList<>(List.of(first, second));
    FunctionHarness harness =
        FunctionHarness.of(new PaymentFunction((payment, cents) -> calls.remove(0)));

    harness.send("shop/payment", "p1", new Charge("p1", 1_900));
    harness.crashAndRestart(); // nobody will ever hear of the first call
    harness.complete(second, "paid");

    assertThat(harness).state("shop/payment", "p1", "receipt").isEqualTo("paid");
    // end::operations[]
    assertThat(calls).isEmpty();
  }

  @Test
  void aPaymentThatFailedIsAskedForAgainLater() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = CompletableFuture.completedFuture("paid");
    List<CompletableFuture<String>> calls = new ArrayList<>(List.of(first, second));
    FunctionHarness harness =
        FunctionHarness.of(new PaymentFunction((payment, cents) -> calls.remove(0)));
    harness.send("shop/payment", "p1", new Charge("p1", 1_900));
    harness.completeExceptionally(first, new IOException("no line"));
    assertThat(harness).state("shop/payment", "p1", "receipt").isEmpty();
    harness.advance(Duration.ofMinutes(1));
    harness.run();
    assertThat(harness).state("shop/payment", "p1", "receipt").isEqualTo("paid");
  }

  @Test
  void aManagerDecidesByALink() {
    // tag::awakeables[]
    FunctionHarness harness = FunctionHarness.of(new RefundFunction());
    harness.send("shop/refund", "r1", new RefundAsked("ann", 10_000));
    harness.crashAndRestartAfter(Duration.ofDays(2));

    ApprovalMail mail = (ApprovalMail) harness.egress("shop/mails").get(0).value();
    harness.complete(mail.token(), new Decision(true));
    harness.advance(Duration.ofDays(3)); // the time-out does not come any more

    assertThat(harness).state("shop/refund", "r1", "status").isEqualTo("approved");
    // end::awakeables[]
  }

  @Test
  void aRefundThatNobodyDecidesOnIsForTheBoard() {
    FunctionHarness harness = FunctionHarness.of(new RefundFunction());
    harness.send("shop/refund", "r1", new RefundAsked("ann", 10_000));
    harness.advance(Duration.ofDays(3));
    assertThat(harness).state("shop/refund", "r1", "status").isEqualTo("for the board");
  }

  @Test
  void aFailureIsTriedAgainAndOthersGoOn() {
    // tag::failing[]
    FunctionHarness harness = FunctionHarness.of(new LedgerFunction());
    harness.send("shop/ledger", "full", new Booked(Long.MAX_VALUE));

    harness.send("shop/ledger", "full", new Booked(1)); // throws
    harness.send("shop/ledger", "other", new Booked(1));
    assertThat(harness).state("shop/ledger", "other", "balance").isEqualTo(1L);

    harness.send("shop/ledger", "full", new Booked(-5)); // waits behind the one that throws
    harness.advance(Duration.ofMinutes(1));
    assertThat(harness).state("shop/ledger", "full", "balance").isEqualTo(Long.MAX_VALUE);
    assertThat(harness).failures().hasSize(8);
    // end::failing[]
    harness.send("shop/ledger", "other", new Booked(1));
    assertThat(harness).state("shop/ledger", "other", "balance").isEqualTo(1L);
  }

  @Test
  void whatWasNotCommittedIsGone() {
    // tag::uncommitted[]
    FunctionHarness harness = FunctionHarness.of(new StockFunction());

    harness.withoutCommit(() -> harness.send("shop/stock", "book", new Delivered(5)));
    assertThat(harness).state("shop/stock", "book", "free").isEqualTo(5);

    harness.crashAndRestart();
    assertThat(harness).state("shop/stock", "book", "free").isEmpty();
    // end::uncommitted[]
  }
}
