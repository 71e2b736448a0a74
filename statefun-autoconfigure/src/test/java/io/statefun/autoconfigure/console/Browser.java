/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.console;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.chromium.ChromiumNetworkConditions;

/** A Chromium without a screen, as it is installed on the machine. */
final class Browser implements AutoCloseable {

  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

  private final ChromeDriver driver;

  private Browser(Path browser, Path driverFile) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        "--lang=en",
        "--window-size=1280,800");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driverFile.toFile())
            .usingAnyFreePort()
            .build();
    this.driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(60));
    wide();
  }

  /** Opens one, or skips the test and says why. */
  static Browser open() {
    Path browser = find("CHROME_BIN", BROWSERS);
    Path driverFile = find("CHROMEDRIVER", List.of("chromedriver"));
    boolean found = browser != null && driverFile != null;
    if (!found) {
      System.out.println(
          "SKIPPED: the tests of the console in a browser, as there is no Chromium with its driver"
              + " on the PATH, nor at CHROME_BIN and CHROMEDRIVER (on Debian: apt-get install"
              + " chromium chromium-driver).");
    }
    assumeTrue(found, "no Chromium with its driver");
    return new Browser(Objects.requireNonNull(browser), Objects.requireNonNull(driverFile));
  }

  private static @Nullable Path find(String variable, List<String> names) {
    String set = System.getenv(variable);
    if (set != null && Files.isExecutable(Path.of(set))) {
      return Path.of(set);
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      for (String name : names) {
        Path file = Path.of(folder, name);
        if (Files.isExecutable(file)) {
          return file;
        }
      }
    }
    return null;
  }

  void go(String url) {
    driver.get(url);
  }

  /** The screen of a desk. */
  void wide() {
    screen(1280, 800, false);
  }

  /** The screen of a small phone. */
  void phone() {
    screen(360, 740, true);
  }

  private void screen(int width, int height, boolean mobile) {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
  }

  /** Has the system prefer dark or light colours. */
  void system(String colours) {
    command(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
  }

  private void command(String name, Map<String, Object> parameters) {
    Map<String, Object> unused = driver.executeCdpCommand(name, parameters);
  }

  void connected(boolean is) {
    ChromiumNetworkConditions conditions = new ChromiumNetworkConditions();
    conditions.setOffline(!is);
    conditions.setLatency(Duration.ZERO);
    driver.setNetworkConditions(conditions);
  }

  @Nullable Object run(String script, Object... arguments) {
    return ((JavascriptExecutor) driver).executeScript(script, arguments);
  }

  /** What is written on the page, or nothing while it changes. */
  String text(String selector) {
    Object text =
        run(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n')",
            selector);
    return String.valueOf(text);
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** Clicks something; if the page has replaced it meanwhile, its successor. */
  void click(String selector) {
    for (int attempt = 0; ; attempt++) {
      try {
        driver.findElement(By.cssSelector(selector)).click();
        return;
      } catch (StaleElementReferenceException e) {
        if (attempt == 5) {
          throw e;
        }
      }
    }
  }

  void type(String selector, String text) {
    WebElement field = driver.findElement(By.cssSelector(selector));
    field.clear();
    field.sendKeys(text);
  }

  byte[] picture() {
    return driver.getScreenshotAs(OutputType.BYTES);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
