/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.test.docs.shop.Messages.CheckIn;
import io.statefun.test.docs.shop.Messages.InvoicePaid;
import io.statefun.test.docs.shop.Messages.ItemAdded;
import io.statefun.test.docs.shop.Messages.LeftAlone;
import io.statefun.test.docs.shop.Messages.OrderPlaced;
import io.statefun.test.docs.shop.Messages.Overdue;
import io.statefun.test.docs.shop.Messages.Restock;
import io.statefun.test.docs.shop.Messages.WeeklyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The Spring parts of the documents, in a whole application. */
class ShopApplicationTest {

  @TempDir Path folder;

  @Test
  void takesOrdersFromAFileAndFromBeans() throws IOException, InterruptedException {
    Path orders = Files.writeString(folder.resolve("orders"), "o1;ann;book\nnonsense\n");
    Path receipts = folder.resolve("receipts");
    try (ConfigurableApplicationContext context = run(orders, receipts)) {
      Checkout checkout = context.getBean(Checkout.class);
      checkout.restock(new Restock(Map.of("book", 10, "pen", 10)));
      checkout.place("o2", new OrderPlaced("bob", "pen"));
      await(() -> files(receipts) == 2);
      await(() -> checkout.find("o2").join().status() == Order.Status.CONFIRMED);
      assertThat(checkout.find("o1").join().customer()).isEqualTo("ann");
    }
    try (ConfigurableApplicationContext context = run(orders, receipts)) {
      assertThat(context.getBean(Checkout.class).find("o2").join().status())
          .isEqualTo(Order.Status.CONFIRMED);
      assertThat(files(receipts)).isEqualTo(2);
    }
  }

  @Test
  void recordsReachListenersAndEvents() throws IOException, InterruptedException {
    Path orders = Files.writeString(folder.resolve("orders"), "");
    try (ConfigurableApplicationContext context = run(orders, folder.resolve("receipts"))) {
      StateFunTemplate template = context.getBean(StateFunTemplate.class);
      Mailer mailer = context.getBean(Mailer.class);
      // tag::send[]
      template.send("shop/cart", "ann", new ItemAdded("book")).join();
      // end::send[]
      template.send("shop/cart", "ann", new LeftAlone()).join();
      template.send("shop/invoice", "7", new InvoicePaid()).join();
      template.send("shop/invoice", "7", new Overdue()).join();
      template.send("shop/subscription", "s", new CheckIn()).join();
      template.send("shop/subscription", "s", new WeeklyReport()).join();
      await(() -> mailer.posted.size() == 3);
      assertThat(mailer.posted.values())
          .containsExactlyInAnyOrder(
              "ann: 1 items wait for you", "Please pay invoice 7", "s: 1 check-ins");
    }
  }

  private ConfigurableApplicationContext run(Path orders, Path receipts) {
    return SpringApplication.run(ShopApplication.class, arguments(orders, receipts));
  }

  private String[] arguments(Path orders, Path receipts) {
    return new String[] {
      "--spring.application.name=shop",
      "--spring.main.banner-mode=off",
      "--shop.orders=" + orders,
      "--shop.receipts=" + receipts,
      "--statefun.egress.events=shop/reports",
      "--statefun.partitions=4",
      "--statefun.data-directory=" + folder.resolve("local"),
      "--statefun.snapshot.file.directory=" + folder.resolve("snapshots")
    };
  }

  private static long files(Path folder) {
    String[] names = folder.toFile().list();
    return names == null ? 0 : names.length;
  }

  private static void await(BooleanSupplier condition) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition::getAsBoolean);
  }
}
