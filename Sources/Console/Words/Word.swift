/// Everything the screen can say, by name. Each language gives each a text; `{}` marks where a figure or a name goes.
package enum Word: CaseIterable, Sendable {
    case help, helpSummary, palette, paletteSummary, filter, filterSummary, zoom, zoomSummary
    case open, openSummary, back, backSummary, pause, pauseSummary, health, business
    case alerts, geo, colours, healthSummary, businessSummary, alertsSummary, geoSummary, coloursSummary, next,
        previous, focusNextSummary, focusPreviousSummary
    case up, upSummary, down, downSummary, pageUp, pageUpSummary, pageDown, pageDownSummary
    case first, firstSummary, last, lastSummary, nextPage, nextPageSummary, redraw, redrawSummary
    case suspend, suspendSummary, quit, quitSummary, noSuchKey, disabled, pasteIgnored, kioskStays
    case readOnlyWall, noPaneShown, emptyPane, tooSmall, onlyOnWall, sizeNeeded, engineSilentSince, engineSilentShort,
        engineNeverSeen
    case startEngine, notRecording, pausedSince, ok, warning, critical, unknown, okCount
    case warningCount, criticalCount, criticalShort, unknownCount, unknownShort, neverRead, lastKnown, nothingConfigured
    case nothingMatches, noManifest, allWell, nothingJudged, since, more, operatorMode, kioskMode
    case paused, silent, filterIs, filterPrompt, noAlerts, firing, resolved, asOf
    case newBelow, worst, quiet, quietCount, breachCount, noTraffic, fewRequests, limit
    case regionMore, live, idle, canary, shareUnknown, healthy, healthUnknown, doorOk
    case doorBroken, doorUnknown, split, errors, serves, nobodyServes, servingUnknown, checkedAgo
    case detailTitle, detailValue, detailAge, detailVerdict, detailInterval, detailThresholds, detailMiss, detailInputs
    case detailLatest, warningBound, criticalBound, noThresholds, noMiss, probed, noChart, aboveBound
    case belowBound, helpTitle, helpNote, helpQuit, paletteTitle, palettePlaceholder, noFind, heartbeat, heartbeatNone
    case wallClock, keep, panes, noHistory, isUp, isDown, journalEnds, outsideWindow, lastKnownShort
    case deploy, deploySummary, rollback, rollbackSummary, promote, promoteSummary, abort, abortSummary, hold
    case holdSummary, deployments, deploymentsSummary, noDeployment, actionsLocked, screenPaused, nothingRuns
    case deployedBefore, versionUnknown, noSuchColour, nothingDone, goesOn, couldNotStart
    case deployTitle, rollbackTitle, promoteTitle, abortTitle, holdTitle, versionQuestion, versionHint
    case colourQuestion, colourHint, labelFrom, labelTo, labelEdges, labelLast, labelFiring, labelRuns, labelReason
    case labelMind, labelAbout, typeVersion, typeColour, typeForce, replaces, doesNotAnswer, inFlight, timeAgo
    case nothingFires, worldMoved, enterInField, enterToButton, typeFirst, settlingNote, lockedNote, pasteNote
    case discardedKey, discardedKeys, noButton, yesDeploy, yesRollback, yesForce, yesPromote, yesAbort, yesHold
    case typeFirstShort, lockedShort, starting, noWordYet, leaveGoesOn, heldNow, held, tookTime, missingEdges
    case finishOrUndo, outcomeDone, outcomeWentBack, outcomeRefused, outcomePreempted, outcomeUndecided, outcomeDied
    case isRunning, personNeeded, stepOf, beforeAnyStep, edgeCount, edgesCount, lightReady, lightBlocked, lightUnknown,
        runwayOpen
    case runwayUnlimited, runwayOver, runwayClosed, goesBack, diedAt, diedRollback, splitBrain, missingSince
    case lockedBy, deploysFrozen, noMoveYet, deploymentsTitle, actionCount, noActions, noSuchAction, columnWhen
    case columnWhat, columnOutcome, columnTo, columnWho, columnTook, columnReason, summary, missing, continues
    case asked, fromClient, watchTitle, watchMedians, servingLatency, servingErrors, servingRequests, better, same
    case worse, different, tooLittle, helpNoteWall
    case agoShort, typeShort, hintGrave, hintRoutine, diedShort, diedRollbackShort
    case approveTitle, yesApprove, asking, noStepSeen
    case goBackStep
    case oneHost, hostCount, median
    // MARK: The past
    case stepBack, stepBackSummary, stepForward, stepForwardSummary, eventBefore, eventBeforeSummary
    case eventAfter, eventAfterSummary, goToTime, goToTimeSummary, rewindFuture, recordingEnds, rewindNoTime
    case rewindEvent, rewindTime, rewindNow, rewindBanner, replayBanner, rewindCritical, rewindPrompt, rewindExamples,
        rewindPlay
    case screenRewound, alreadyNow, rewound, replayMode, shot, shotSummary
    // MARK: Flags
    case flag, flagSummary, flags, flagsSummary, noFlags, noRamp, noSuchFlag, noSuchShare, flagQuestion, flagHint
    case shareQuestion, shareHint, flagSetTitle, flagOffTitle, flagOnTitle, flagRampTitle, rampAbortTitle
    case rampHoldTitle, rampGoOnTitle, typeFlag, typeFlagFirst, yesSet, yesOff, yesRamp, goBackShare, stepBackShare
    case flagsTitle, flagCount, columnFlag, columnState, columnShare, columnNext, columnUsers, columnChanged, columnRamp
    case flagOn, flagOff, flagUnknown, flagFaulty, usersOf, usersMore, usersFewer, usersUnknown, usersAnew, allowedCount
    case labelState, labelUsers, labelGuard, labelRamp, labelAge, labelRule, labelBy, labelChanges, noGuard
    case readAgo, rampNext, rampLast, rampDueShort, rampHolds, rampHoldsShort, rampPaused, rampPausedShort,
        rampBackShort, rampSteppedBack, rampDone, rampDied, rampEvery, chooseOff, chooseOn
    case chooseRamp, noChangeKnown, foundChanged, marksLabel, flagsAsOf, nobodyNamed, rampDiedNotice, rampBackNotice
}
