/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.engine.StateFunEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a browser, with an application that has much to do. */
class ConsoleBrowserTest {

  private static final Path PICTURES = Path.of("../docs/images");
  private static final int LARGEST_PICTURE = 150_000;

  private static final List<String> VIEWS =
      List.of(
          "/",
          "/functions",
          "/graph",
          "/partitions",
          "/snapshots",
          "/dead-letters",
          "/endpoints",
          "/instance?function=billing/user&id=u-1007");

  @TempDir static Path folder;

  private static Browser browser;
  private static BillingDesk billing;

  @BeforeAll
  static void start() {
    browser = Browser.open();
    billing =
        new BillingDesk(
            folder,
            BillingDesk.Application.class,
            "--statefun.console.enabled=true",
            "--statefun.console.writable=true",
            "--server.servlet.context-path=/office");
    billing.bean(BillingDesk.PlanChanges.class).rate(500);
    billing.makeDeadLetters();
    billing.bean(StateFunEngine.class).deadLetters().list(10).join();
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> billing.bean(History.class).since(0).next() >= (pictures() ? 45 : 3));
  }

  @AfterAll
  static void stop() {
    if (billing != null) {
      billing.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  private static boolean pictures() {
    return Boolean.getBoolean("statefun.docs.write");
  }

  @BeforeEach
  void atADesk() {
    browser.wide();
    browser.system("light");
  }

  private static void open(String view) {
    browser.go("about:blank");
    browser.go(billing.url("/office/statefun/#" + view));
  }

  private static void awaitText(String selector, String... texts) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(browser.text(selector)).contains(texts));
  }

  private static void picture(String name) throws IOException {
    if (pictures()) {
      byte[] picture = Pictures.small(browser.picture());
      assertThat(picture).hasSizeLessThan(LARGEST_PICTURE);
      Files.createDirectories(PICTURES);
      Files.write(PICTURES.resolve(name + ".png"), picture);
    }
  }

  @Test
  void showsHowTheApplicationDoes() throws IOException {
    open("/");

    awaitText("#application", "billing");
    awaitText("main", "Message rate", "Commit latency", "Mailbox depth", "Back-pressure");
    awaitText(".warnings", "among the dead letters");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !browser.text(".tile .value").startsWith("–"));
    assertThat(browser.text("main")).contains("16 of 16");
    assertThat(browser.all("svg.chart path.curve")).hasSizeGreaterThanOrEqualTo(4);
    picture("console-overview");

    browser.system("dark");
    await()
        .until(() -> "dark".equals(browser.run("return document.documentElement.dataset.theme")));
    picture("console-overview-dark");
  }

  @Test
  void showsWhatEachFunctionDoes() throws IOException {
    open("/functions");

    awaitText("table", "billing/user", "billing/payment", "billing/totals", "risk/score");
    await().atMost(Duration.ofSeconds(20)).until(() -> browser.text("table").contains("/s"));
    picture("console-functions");

    browser.type("#filter", "risk");
    await().until(() -> !browser.text("table").contains("billing/user"));
    assertThat(browser.text("table")).contains("remote");
  }

  @Test
  void drawsWhoSendsToWhom() throws IOException {
    open("/graph");

    awaitText(
        ".graph .name", "billing/plan-changes", "billing/user", "risk/score", "billing/mails");
    awaitText(".graph .rate", "/s");
    assertThat(browser.all(".graph path.edge")).hasSizeGreaterThanOrEqualTo(8);
    assertThat(browser.text("table")).contains("billing/bank-orders");
    awaitSteadyRates();
    picture("console-graph");
  }

  private static void awaitSteadyRates() {
    if (pictures()) {
      await()
          .pollDelay(Duration.ofSeconds(6))
          .atMost(Duration.ofSeconds(20))
          .until(() -> browser.text(".graph .rate").contains("500/s"));
    }
  }

  @Test
  void showsWhereThePartitionsAre() throws IOException {
    open("/partitions");

    awaitText("main", "16 of 16 are here", "this one");
    assertThat(browser.all(".cell.here, .cell.some, .cell.full")).hasSize(16);
    picture("console-partitions");
  }

  @Test
  void takesASavepoint() throws IOException {
    open("/snapshots");
    awaitText("main", "Last snapshots");
    await().until(() -> browser.all("main .button.primary").get(0).isDisplayed());

    browser.click("main .button.primary");

    awaitText("#notes", "is complete");
    awaitText("main", "Asked for by", "somebody");
    picture("console-snapshots");
  }

  @Test
  void aDeadLetterIsCorrectedAndHandledOnce() throws IOException {
    billing.send("billing/user", "u-9001", new BillingDesk.PlanChanged("SOLO", -1, "eur"));
    open("/dead-letters");
    awaitText("main", "u-9001", "u-7577", "no plan is known");

    browser.click(letter("u-7577") + " summary");
    awaitText(letter("u-7577"), "\"period\" : 7", "IllegalStateException");
    picture("console-dead-letters");
    browser.click(letter("u-7577") + " summary");

    browser.click(letter("u-9001") + " summary");
    browser.click(letter("u-9001") + " .actions button:nth-child(2)");
    awaitText("dialog", "Edit and replay");
    browser.type("#edit-message", "{\"plan\": \"SOLO\", \"cents\": \"what\"}");
    browser.click("#edit-replay");
    awaitText("dialog .problem", "is no message of the type billing/plan-changed");
    browser.type("#edit-message", "{\"plan\": \"SOLO\", \"cents\": 1900, \"currency\": \"eur\"}");
    browser.click("#edit-replay");

    awaitText("#notes", "Replayed 1");
    await().atMost(Duration.ofSeconds(20)).until(() -> !browser.text("main").contains("u-9001"));
    open("/instance?function=billing/user&id=u-9001");
    awaitText("#instance-result", "\"plan\": \"SOLO\"", "\"cents\": 1900", "u-9001-p1 paid");
    assertThat(browser.text("#instance-result")).doesNotContain("u-9001-p2");
  }

  /** Finds the dead letter of an instance. */
  private static String letter(String id) {
    Object name =
        browser.run(
            "return [...document.querySelectorAll('details.letter')]"
                + ".find(e => e.textContent.includes(arguments[0])).dataset.id",
            id);
    return "details.letter[data-id='" + name + "']";
  }

  @Test
  void chosenDeadLettersAreDiscardedTogether() {
    billing.send("billing/user", "gone-1", new BillingDesk.BillingDue(1));
    billing.send("billing/user", "gone-2", new BillingDesk.BillingDue(1));
    open("/dead-letters");
    awaitText("main", "gone-1", "gone-2");
    browser.type("#letter-text", "gone-");
    await().atMost(Duration.ofSeconds(20)).until(() -> browser.all("details.letter").size() == 2);

    browser.click("#every");
    awaitText("main .actions", "Discard 2");
    browser.click("main .actions .danger");
    browser.click("#sure-yes");

    awaitText("#notes", "Discarded 2");
    awaitText("main", "None of them is so");
  }

  @Test
  void showsWhatAnInstanceHasWhileMessagesCome() throws IOException {
    open("/");
    awaitText("#application", "billing");

    browser.type("#search-text", "billing/user/u-1007\n");

    awaitText("#instance-result", "profile", "ACTIVE", "reminder next-bill", "is negative");
    assertThat(browser.text("h1")).isEqualTo("Instance");
    picture("console-instance");
  }

  @Test
  void findsWhoKnowsAnId() {
    open("/instance?id=u-7577");

    awaitText("#instance-result", "no plan is known");
    assertThat(browser.run("return location.hash")).asString().contains("billing%2Fuser");
  }

  @Test
  void tellsOfAnEndpointThatDoesNotAnswer() throws IOException {
    billing.elsewhere().down(true);
    try {
      open("/endpoints");
      awaitText("main", "failures in a row", "503");
      awaitText("#health", "warning");
      picture("console-endpoints");
    } finally {
      billing.elsewhere().down(false);
    }
    awaitText("[data-endpoint=risk]", "answers");
  }

  @Test
  void coloursAreThoseThatSomebodyHasChosen() {
    open("/");
    awaitText("#application", "billing");
    Object light = browser.run("return getComputedStyle(document.body).backgroundColor");

    browser.click("#theme");
    browser.click("#theme");

    assertThat(browser.run("return document.documentElement.dataset.theme")).isEqualTo("dark");
    assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
        .isNotEqualTo(light);
    open("/functions");
    assertThat(browser.run("return document.documentElement.dataset.theme")).isEqualTo("dark");
    browser.click("#theme");
  }

  @Test
  void noViewIsWiderThanAPhone() throws IOException {
    browser.phone();
    for (String view : VIEWS) {
      open(view);
      awaitText("#application", "billing");
      await().until(() -> !browser.all("main .card, main .tile").isEmpty());
      await()
          .untilAsserted(
              () ->
                  assertThat(browser.run("return document.documentElement.scrollWidth"))
                      .as(view)
                      .isEqualTo(360L));
      if (view.equals("/")) {
        awaitText(".warnings", "among the dead letters");
        picture("console-phone");
      }
      if (view.startsWith("/instance")) {
        awaitText("#instance-result", "profile");
        browser.system("dark");
        picture("console-phone-instance");
        browser.system("light");
      }
    }
  }

  @Test
  void saysThatTheConnectionIsLostAndComesBack() {
    open("/");
    awaitText("#health", "warning");
    assertThat(browser.all("#banner").get(0).isDisplayed()).isFalse();

    browser.connected(false);
    try {
      awaitText("#banner", "connection to the application is lost");
      assertThat(browser.all("#banner").get(0).isDisplayed()).isTrue();
    } finally {
      browser.connected(true);
    }

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !browser.all("#banner").get(0).isDisplayed());
    awaitText("#health", "warning");
  }

  @Test
  void whatComesFromOutsideIsTextAndNothingElse() {
    billing.send("billing/user", BillingDesk.ATTACK, new BillingDesk.BillingDue(1));
    billing.send(
        "billing/invoice",
        "attack",
        new BillingDesk.InvoiceWanted(BillingDesk.ATTACK, 1, BillingDesk.ATTACK));
    open("/dead-letters?function=billing%2Fuser");
    awaitText("main", BillingDesk.ATTACK);
    open("/dead-letters?function=billing%2Finvoice");
    awaitText("main", BillingDesk.ATTACK + "' is no currency");
    browser.click(letter("billing/invoice/attack") + " summary");
    open(
        "/instance?function=billing/user&id=%3Cimg%20src%3Dx%20onerror%3D%22window.attacked%3D1%22%3E");
    awaitText("#instance-result", BillingDesk.ATTACK + " cannot be billed");

    assertThat(browser.all("main img")).isEmpty();
    assertThat(browser.run("return window.attacked === undefined")).isEqualTo(true);
    discard(BillingDesk.ATTACK);
    discard("attack");
  }

  /** So that pictures of other tests are of what happens to people. */
  private static void discard(String id) {
    var letters = billing.bean(StateFunEngine.class).deadLetters();
    letters.list(100).join().letters().stream()
        .filter(
            stored -> {
              var target = stored.letter().target();
              return target != null && target.id().equals(id);
            })
        .forEach(stored -> letters.discard(stored.id()).join());
  }
}
